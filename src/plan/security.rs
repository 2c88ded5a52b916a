//! Security groups and the graph of connections between them, one rule for each.

use serde::Serialize;

use super::file_system::FileSystem;
use super::text::{Text, output};

/// A security group of the platform layer, which others put their tasks into.
#[derive(Clone, Debug, Serialize)]
pub struct SecurityGroup {
    /// Identifier, in snake case; also the name of the value the layer publishes.
    pub id: String,
    /// `Name` tag.
    pub name: String,
    /// Prefix of the generated name.
    pub name_prefix: String,
    /// Description; AWS replaces the group when it changes.
    pub description: String,
    /// Other layers put tasks or a load balancer into the group, so its id is published.
    pub published: bool,
}

impl SecurityGroup {
    /// The group with this identifier; its name tells the deployment and the purpose.
    pub fn new(deployment: &str, id: &str, description: &str) -> Self {
        let name = format!("{deployment}-{}", id.replace('_', "-"));
        Self {
            id: id.to_owned(),
            name_prefix: format!("{name}-"),
            name,
            description: description.to_owned(),
            published: false,
        }
    }

    /// The same, published for other layers.
    fn published(self) -> Self {
        Self { published: true, ..self }
    }
}

/// One rule of a security group.
#[derive(Clone, Debug, Serialize)]
pub struct Rule {
    /// Identifier, in snake case.
    pub id: String,
    /// What the connection is for.
    pub description: String,
    /// The group that has the rule.
    pub group: Text,
    /// `tcp`, or `-1` for everything.
    pub protocol: String,
    /// Port; none with every protocol.
    pub port: Option<u16>,
    /// The group on the other side.
    pub peer_group: Option<Text>,
    /// The address range on the other side, where there is no group.
    pub peer_cidr: Option<String>,
}

/// Who is on the other side of a rule.
pub enum Peer<'a> {
    /// A security group.
    Group(&'a Text),
    /// An address range.
    Cidr(&'a str),
}

/// Groups and rules of the platform layer.
#[derive(Clone, Debug, Serialize)]
pub struct Security {
    /// The groups.
    pub groups: Vec<SecurityGroup>,
    /// Incoming connections.
    pub ingress: Vec<Rule>,
    /// Outgoing connections.
    pub egress: Vec<Rule>,
    /// Inline rule that keeps CloudFormation from leaving the default egress rule in place.
    pub no_egress_cidr: String,
}

/// Ports of the graph.
pub struct Graph<'a> {
    /// Name of the deployment.
    pub deployment: &'a str,
    /// The load balancer before the webserver.
    pub balancer: Balancer<'a>,
    /// Port of the webserver.
    pub web_port: u16,
    /// Ports of the code servers, each once.
    pub server_ports: &'a [u16],
    /// Ports of code servers elsewhere, each once.
    pub external_ports: &'a [u16],
    /// Security group of the database.
    pub database: &'a Text,
    /// Port of the database.
    pub database_port: u16,
    /// File systems of the code locations.
    pub file_systems: &'a [FileSystem],
    /// Runs inherit the daemon's network, and with it the daemon's group.
    pub runs_in_daemon_group: bool,
    /// There are tasks that are no Dagster runs.
    pub tasks: bool,
}

impl Graph<'_> {
    /// Groups of what runs the pipelines' code.
    fn pipelines(&self) -> impl Iterator<Item = &'static str> + use<> {
        (!self.server_ports.is_empty()).then_some("server").into_iter().chain(["run"])
    }
}

/// The load balancer before the webserver.
pub enum Balancer<'a> {
    /// The deployment's own.
    Own {
        /// Ports of its listeners.
        ports: &'a [u16],
        /// Address ranges that may reach them.
        clients: &'a [String],
        /// It talks to an identity provider.
        signs_in: bool,
    },
    /// An existing one, by its security group. Its own rules stay its owner's.
    Existing(Text),
}

/// The inline egress rule of a group that may not open a connection. CloudFormation keeps the default rule that allows
/// everything unless the group has an inline rule
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-securitygroup.html>).
pub const NO_EGRESS_CIDR: &str = "127.0.0.1/32";

/// Port of NFS, which EFS speaks.
const NFS_PORT: u16 = 2049;

/// Everything outside.
const ANYWHERE: &str = "0.0.0.0/0";

/// Id of the group of tasks that are no Dagster runs: they have nothing to do with Dagster's database.
pub const TASK: &str = "task";

/// The group with this id, as other layers and rules refer to it.
pub fn group(id: &str) -> Text {
    output("platform", &output_name(id))
}

/// Name of the value that the layer publishes.
pub fn output_name(id: &str) -> String {
    format!("{id}_security_group")
}

impl Security {
    /// Resolves the graph: clients to load balancer to webserver; webserver and daemon to code servers;
    /// every task to the database.
    pub fn resolve(graph: &Graph<'_>) -> Self {
        let mut security = Self {
            groups: groups(graph),
            ingress: Vec::new(),
            egress: Vec::new(),
            no_egress_cidr: NO_EGRESS_CIDR.to_owned(),
        };
        security.balancer(graph);
        for client in ["webserver", "daemon"] {
            for port in graph.server_ports {
                security.connect(client, "server", *port, "Definitions of the code locations");
            }
            if client != "daemon" || !graph.runs_in_daemon_group {
                security.outside(client, "AWS APIs, images and logs", Some(443));
                security.external(client, graph.external_ports);
            }
        }
        if graph.runs_in_daemon_group {
            security.outside("daemon", "Whatever the pipelines connect to", None);
        }
        // What users' code connects to is theirs to say: databases, queues and file servers have any port.
        for client in graph.pipelines().chain(graph.tasks.then_some(TASK)) {
            security.outside(client, "Whatever the pipelines connect to", None);
        }
        for client in ["webserver", "daemon"].into_iter().chain(graph.pipelines()) {
            security.database(client, graph);
        }
        for client in graph.pipelines() {
            graph.file_systems.iter().for_each(|it| security.file_system(client, it));
        }
        security
    }

    fn balancer(&mut self, graph: &Graph<'_>) {
        let purpose = "UI and its health check";
        match &graph.balancer {
            Balancer::Own { ports, clients, signs_in } => {
                self.clients(ports, clients);
                self.connect("load_balancer", "webserver", graph.web_port, purpose);
                if *signs_in {
                    self.outside("load_balancer", "Tokens and names from the identity provider", Some(443));
                }
            }
            Balancer::Existing(existing) => {
                let id = format!("webserver_{}_from_load_balancer", graph.web_port);
                let peer = Peer::Group(existing);
                self.ingress.push(Rule::tcp(id, purpose, &group("webserver"), graph.web_port, peer));
            }
        }
    }

    fn clients(&mut self, ports: &[u16], clients: &[String]) {
        for port in ports {
            for (index, cidr) in clients.iter().enumerate() {
                let id = format!("load_balancer_{port}_from_client_{}", index + 1);
                let description = format!("Browsers in {cidr}");
                let rule = Rule::tcp(id, &description, &group("load_balancer"), *port, Peer::Cidr(cidr));
                self.ingress.push(rule);
            }
        }
    }

    fn connect(&mut self, from: &str, to: &str, port: u16, purpose: &str) {
        let (source, target) = (group(from), group(to));
        self.egress.push(Rule::tcp(format!("{from}_to_{to}_{port}"), purpose, &source, port, Peer::Group(&target)));
        self.ingress.push(Rule::tcp(format!("{to}_{port}_from_{from}"), purpose, &target, port, Peer::Group(&source)));
    }

    /// Groups without a rule for everything need one for the database; the database always needs one for each client.
    fn database(&mut self, from: &str, graph: &Graph<'_>) {
        let (source, port) = (group(from), graph.database_port);
        let purpose = "Instance storage of Dagster";
        if matches!(from, "webserver" | "daemon") {
            self.egress.push(Rule::tcp(
                format!("{from}_to_database"),
                purpose,
                &source,
                port,
                Peer::Group(graph.database),
            ));
        }
        let peer = Peer::Group(&source);
        self.ingress.push(Rule::tcp(format!("database_from_{from}"), purpose, graph.database, port, peer));
    }

    /// What users' code connects to is not limited, so this is the file system's side alone.
    fn file_system(&mut self, from: &str, file_system: &FileSystem) {
        let id = format!("{}_from_{from}", file_system.id);
        let source = group(from);
        let rule = Rule::tcp(id, "Files", &file_system.security_group, NFS_PORT, Peer::Group(&source));
        self.ingress.push(rule);
    }

    /// Where code servers elsewhere are is known to their host names alone.
    fn external(&mut self, from: &str, ports: &[u16]) {
        for port in ports.iter().filter(|it| **it != 443) {
            let id = format!("{from}_to_external_{port}");
            let purpose = "Definitions of code locations elsewhere";
            self.egress.push(Rule::tcp(id, purpose, &group(from), *port, Peer::Cidr(ANYWHERE)));
        }
    }

    fn outside(&mut self, from: &str, purpose: &str, port: Option<u16>) {
        self.egress.push(Rule {
            id: format!("{from}_to_anywhere"),
            description: purpose.to_owned(),
            group: group(from),
            protocol: if port.is_some() { "tcp" } else { "-1" }.to_owned(),
            port,
            peer_group: None,
            peer_cidr: Some(ANYWHERE.to_owned()),
        });
    }
}

impl Rule {
    fn tcp(id: String, description: &str, group: &Text, port: u16, peer: Peer<'_>) -> Self {
        let (peer_group, peer_cidr) = match peer {
            Peer::Group(group) => (Some(group.clone()), None),
            Peer::Cidr(cidr) => (None, Some(cidr.to_owned())),
        };
        Self {
            id,
            description: description.to_owned(),
            group: group.clone(),
            protocol: "tcp".to_owned(),
            port: Some(port),
            peer_group,
            peer_cidr,
        }
    }
}

fn groups(graph: &Graph<'_>) -> Vec<SecurityGroup> {
    let group = |id: &str, description: &str| SecurityGroup::new(graph.deployment, id, description);
    let own_balancer = matches!(graph.balancer, Balancer::Own { .. });
    let balancer = own_balancer.then(|| group("load_balancer", "Load balancer of the Dagster UI").published());
    let services = [group("webserver", "Dagster webserver").published(), group("daemon", "Dagster daemon")];
    let servers = (!graph.server_ports.is_empty()).then(|| group("server", "Dagster code servers").published());
    let runs = group("run", "Dagster runs").published();
    let tasks = graph.tasks.then(|| group(TASK, "Tasks that are no Dagster runs").published());
    balancer.into_iter().chain(services).chain(servers).chain([runs]).chain(tasks).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EC2 refuses every other character in a description
    /// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html>), and no linter says so.
    #[test]
    fn descriptions_have_the_characters_that_ec2_takes() {
        let database = Text::from("sg-0a1b2c3d");
        let security = Security::resolve(&Graph {
            deployment: "acme",
            balancer: Balancer::Own { ports: &[80, 443], clients: &["10.0.0.0/8".to_owned()], signs_in: true },
            web_port: 3000,
            server_ports: &[4000, 4010],
            external_ports: &[5000],
            file_systems: &[],
            database: &database,
            database_port: 5432,
            runs_in_daemon_group: false,
            tasks: true,
        });
        let rules = security.ingress.iter().chain(&security.egress).map(|it| &it.description);
        for description in rules.chain(security.groups.iter().map(|it| &it.description)) {
            let odd =
                description.chars().find(|it| !it.is_ascii_alphanumeric() && !" ._-:/()#,@[]+=&;{}!$*".contains(*it));
            assert_eq!(odd, None, "{description}");
        }
    }
}
