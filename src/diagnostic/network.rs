//! Findings about addresses, zones, subnets, and ways out of the network.

use ipnet::{IpNet, Ipv4Net};

use super::code::codes;
use super::{Diagnostics, Place, Severity};
use crate::spec::path::SpecPath;

codes! {
    VPC_RANGE = "vpc-range": "The range of the created VPC is cut into a quarter for each zone's tasks and a last \
        quarter for load balancer and NAT gateways. AWS takes no VPC larger than /16, and below /24 the parts are too \
        small to be of use."
        => "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html";
    PUBLIC_RANGE = "public-range": "The VPC's addresses belong to somebody on the internet, whom the deployment could \
        then not reach. Private ranges are 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and 100.64.0.0/10."
        => "RFC 1918, https://datatracker.ietf.org/doc/html/rfc1918, and RFC 6598, \
        https://datatracker.ietf.org/doc/html/rfc6598";
    IPV4_ONLY = "ipv4-only": "VPC, load balancer and security group rules of a deployment are IPv4."
        => "A rule of dagforge's own: neither blueprint has IPv6.";
    OVERLAPPING_RANGES = "overlapping-ranges": "Two ranges have addresses in common. The ranges of one VPC never do, \
        so one of them is wrong; in a list of clients one of them is superfluous."
        => "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html";
    FOREIGN_ZONE = "foreign-zone": "An availability zone belongs to another region than the deployment. A zone's name \
        is the region's and a letter."
        => "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html";
    SMALL_SUBNETS = "small-subnets": "Every Fargate task takes an address of its subnet, and AWS keeps five in each. A \
        run that gets no address fails to start, so there have to be enough for all runs at once, two tasks of \
        every service during a deployment, endpoints, database, and the load balancer."
        => "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html and \
        https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html";
    NO_WAY_OUT = "no-way-out": "Without NAT gateway and without VPC endpoints no task reaches AWS, so none can even \
        pull its image."
        => "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html";
    MISSING_ENDPOINT = "missing-endpoint": "Without a NAT gateway every AWS service that tasks call needs a VPC \
        endpoint. Missing one shows as a task that hangs, or never starts."
        => "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html";
    UNREACHABLE_IMAGE = "unreachable-image": "Without a NAT gateway tasks pull images from ECR in their own region and \
        from nowhere else, because VPC endpoints lead to AWS alone. public.ecr.aws is on the internet too."
        => "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html";
    REFUSED_NAMESPACE = "refused-namespace": "The private DNS namespace would hide names that the deployment itself \
        needs, or that resolvers never ask DNS for."
        => "A rule of dagforge's own: these suffixes are AWS's or those of RFC 6761, \
        https://datatracker.ietf.org/doc/html/rfc6761.";
    SHADOWED_DOMAIN = "shadowed-domain": "Inside the VPC the private DNS namespace answers for every name below it, so \
        the UI's own name would not resolve there."
        => "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html";
    NAMESPACE_OF_OTHER_VPC = "namespace-of-other-vpc": "The names of a private DNS namespace are known in the VPC that it was \
        made for. A VPC that the deployment creates is another one, so webserver and daemon would find no code server."
        => "https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePrivateDnsNamespace.html";
    LONG_TTL = "long-ttl": "A replaced code server has a new address. Webserver and daemon call the old one for as \
        long as resolvers keep the answer."
        => "A rule of dagforge's own: the time to live bounds how long a replaced server is called.";
}

impl Diagnostics {
    /// A VPC range with another prefix than /16 to /24.
    pub fn vpc_range(&mut self, at: &SpecPath, range: Ipv4Net, nearest: Ipv4Net) {
        let message = format!("a range of /{} cannot be a VPC's here: it is /16 to /24", range.prefix_len());
        self.error(VPC_RANGE, Place::value(at), message).help(format!("the nearest is `{nearest}`"));
    }

    /// A VPC range out of public addresses.
    pub fn public_range(&mut self, at: &SpecPath, range: Ipv4Net) {
        let message = format!("`{range}` has public addresses, whose owners the VPC could then not reach");
        self.warning(PUBLIC_RANGE, Place::value(at), message)
            .help("private ranges are 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and 100.64.0.0/10");
    }

    /// IPv6 where there is none.
    pub fn ipv4_only(&mut self, at: &SpecPath, range: &str) {
        let message = format!("`{range}` is IPv6, but the deployment's network is IPv4");
        self.error(IPV4_ONLY, Place::value(at), message).help("write a range like `10.40.0.0/16`");
    }

    /// Two ranges with addresses in common.
    pub fn overlapping_ranges(&mut self, at: &SpecPath, range: IpNet, other: IpNet, severity: Severity) {
        let message = format!("`{range}` has addresses in common with `{other}`");
        let help = match severity {
            Severity::Error => "the ranges of one VPC never overlap: copy them from AWS",
            Severity::Warning => "remove the smaller one: the larger one includes it",
        };
        self.add(severity, OVERLAPPING_RANGES, Place::value(at), message).help(help);
    }

    /// A zone of another region.
    pub fn foreign_zone(&mut self, at: &SpecPath, zone: &str, region: &str) {
        self.error(FOREIGN_ZONE, Place::value(at), format!("`{zone}` is no availability zone of {region}"))
            .help(format!("its zones are named `{region}a`, `{region}b`, `{region}c`"));
    }

    /// Fewer addresses than tasks.
    pub fn small_subnets(&mut self, at: &SpecPath, usable: u64, needed: u64, sum: &str, fixes: &[String]) {
        let message = format!("the private subnets have {usable} addresses, and the deployment may need {needed}");
        let finding = self.error(SMALL_SUBNETS, Place::value(at), message);
        finding.help(sum);
        for fix in fixes {
            finding.help(fix.as_str());
        }
    }

    /// Public subnets that AWS makes no load balancer in.
    pub fn small_public_subnets(&mut self, at: &SpecPath, subnet: &str) {
        let message = format!("a public subnet would be `{subnet}`, and a load balancer needs /27 or larger");
        self.error(SMALL_SUBNETS, Place::value(at), message)
            .help("public subnets are a sixteenth of the range: with `network.cidr` of /23 or larger they suffice");
    }

    /// Neither NAT nor endpoints.
    pub fn no_way_out(&mut self, at: &SpecPath) {
        self.error(NO_WAY_OUT, Place::value(at), "without NAT and without endpoints no task reaches AWS")
            .help("leave out `endpoints`, which then has what is needed, or set `nat: single`");
    }

    /// A service that tasks call and that has no endpoint.
    pub fn missing_endpoint(&mut self, at: &SpecPath, service: &str, purpose: &str) {
        let message = format!("`{service}` is missing: without NAT no task could {purpose}");
        self.error(MISSING_ENDPOINT, Place::value(at), message)
            .help(format!("add `{service}`, or write `endpoints: auto`"));
    }

    /// An image that no endpoint leads to.
    pub fn unreachable_image(&mut self, at: &SpecPath, image: &str, mirror: &str) {
        let message = format!("without NAT the init container's image `{image}` cannot be pulled");
        self.error(UNREACHABLE_IMAGE, Place::value(at), message)
            .help(format!("copy it into ECR and name it in `images.init`: `{mirror}`"))
            .help("or set `network.nat: single`");
    }

    /// An image in ECR, but of another region: the endpoint leads to its own region alone.
    pub fn image_of_other_region(&mut self, at: &SpecPath, image: &str, region: &str) {
        let message = format!("without NAT `{image}` cannot be pulled: it is not in ECR of {region}");
        self.error(UNREACHABLE_IMAGE, Place::value(at), message).help("copy it there, or set `network.nat: single`");
    }

    /// A namespace that cannot be.
    pub fn refused_namespace(&mut self, at: &SpecPath, namespace: &str, reason: &str, instead: &str) {
        let message = format!("`{namespace}` cannot be the private DNS namespace: {reason}");
        self.error(REFUSED_NAMESPACE, Place::value(at), message).help(format!("for example `{instead}`"));
    }

    /// A namespace that the UI's domain is in.
    pub fn shadowed_domain(&mut self, at: &SpecPath, namespace: &str, domain: &str) {
        let message = format!("inside the VPC `{namespace}` hides the UI's name `{domain}`");
        self.warning(SHADOWED_DOMAIN, Place::value(at), message)
            .help("leave `discovery.namespace` out, or take a name that nothing else uses");
    }

    /// A namespace that exists, in a VPC that does not.
    pub fn namespace_of_other_vpc(&mut self, at: &SpecPath, name: &str) {
        let message = format!("in a VPC that is created nobody knows the names of the namespace `{name}`");
        self.error(NAMESPACE_OF_OTHER_VPC, Place::value(at), message)
            .help("name the namespace's VPC: `network: {vpc: {id: vpc-…, private_subnets: […]}}`")
            .help("or leave `discovery.namespace` out to get a namespace of the deployment's own");
    }

    /// Answers that outlive a code server.
    pub fn long_ttl(&mut self, at: &SpecPath, ttl: u32) {
        let message = format!("for {ttl} seconds after a code server was replaced its old address is called");
        self.warning(LONG_TTL, Place::value(at), message).help("60 or less; the default is 10");
    }
}
