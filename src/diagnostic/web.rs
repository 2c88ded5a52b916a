//! Findings about who reaches the UI, and how.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    PUBLIC_UI = "public-ui": "The UI would be on the internet without a login. Whoever reaches it can launch, stop and \
        delete everything. `auth` makes people sign in; `allow_public: true` says that this is meant, for example \
        because `allow` has nothing but the ranges of an office."
        => "The open-source webserver has no login of its own: https://docs.dagster.io/";
    PLAIN_HTTP = "plain-http": "The UI is on the internet over plain HTTP, where everybody on the way can read and \
        change what it says. `domain` turns HTTPS on."
        => "A rule of dagforge's own: a UI on the internet is encrypted.";
    NO_CLIENTS = "no-clients": "Nobody could reach the UI. For a created VPC its own range is allowed; for an \
        existing one nothing is looked up, and from the internet nothing is allowed unless `web.allow` says so."
        => "A rule of dagforge's own: nothing is looked up, so whoever may connect is said in the spec.";
    ALLOW_EVERYONE = "allow-everyone": "An internal load balancer is open to every address. Whoever gets into a network \
        that is connected to the VPC reaches the UI."
        => "A rule of dagforge's own: an internal load balancer is for known networks.";
    NEEDS_DOMAIN = "needs-domain": "A zone, a certificate or a security policy is given, but no `web.domain`, so the UI \
        would be plain HTTP without a name."
        => "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html";
    NEEDS_CERTIFICATE = "needs-certificate": "A certificate that is requested is validated by a record in the domain's \
        zone. Without `web.zone` nobody writes it, and the deployment waits for hours and fails."
        => "https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html";
    NEEDS_PUBLIC_SUBNETS = "needs-public-subnets": "A load balancer on the internet stands in public subnets. Those of an \
        existing VPC have to be named: nothing is looked up."
        => "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html";
}

impl Diagnostics {
    /// An internet-facing UI that nobody has said yes to.
    pub fn public_ui(&mut self, at: &SpecPath, https: bool) {
        let missing = if https { "login" } else { "login and HTTPS" };
        let finding =
            self.error(PUBLIC_UI, Place::value(at), format!("the UI would be on the internet without {missing}"));
        finding.help("leave `scheme` out: the UI is then reached from inside the VPC and networks connected to it");
        if !https {
            finding.help("`domain`, with `zone` or a `certificate`, turns HTTPS on");
        }
        finding.help("`auth` makes people sign in before they see anything");
        finding.help("`allow_public: true` accepts it; keep `allow` as narrow as you can");
    }

    /// Accepted, but without HTTPS.
    pub fn plain_http(&mut self, at: &SpecPath) {
        self.warning(PLAIN_HTTP, Place::value(at), "the UI is on the internet over plain HTTP")
            .help("set `web.domain`, with `zone` or a `certificate`");
    }

    /// No address may reach the load balancer.
    pub fn no_clients(&mut self, at: &SpecPath, fixes: &[&str]) {
        let finding = self.error(NO_CLIENTS, Place::key(at), "nobody could reach the UI: no address is allowed");
        for fix in fixes {
            finding.help(*fix);
        }
    }

    /// Everything reaches an internal load balancer.
    pub fn allow_everyone(&mut self, at: &SpecPath, range: &str) {
        let message = format!("`{range}` opens the internal load balancer to every network connected to the VPC");
        self.warning(ALLOW_EVERYONE, Place::value(at), message)
            .help("name the ranges that people come from; the VPC's own range is the default");
    }

    /// Zone or certificate without a domain.
    pub fn needs_domain(&mut self, at: &SpecPath) {
        self.error(NEEDS_DOMAIN, Place::key(at), format!("`{at}` without `web.domain` does nothing"))
            .help("add `domain: dagster.…`, the UI's name");
    }

    /// A certificate that nobody can validate.
    pub fn needs_certificate(&mut self, at: &SpecPath, domain: &str) {
        let message = format!("a certificate for `{domain}` cannot be validated without its zone");
        self.error(NEEDS_CERTIFICATE, Place::value(at), message)
            .help("add `zone: {id: Z…}`, the Route 53 hosted zone of the domain")
            .help("or `certificate: {arn: …}`, if you have one, and write the DNS record yourself");
    }

    /// An existing VPC without public subnets.
    pub fn needs_public_subnets(&mut self, at: &SpecPath) {
        self.error(NEEDS_PUBLIC_SUBNETS, Place::key(at), "an internet-facing load balancer needs public subnets")
            .help("add `public_subnets: [subnet-…, subnet-…]`, two or more in different zones");
    }
}
