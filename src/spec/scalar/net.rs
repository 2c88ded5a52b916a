//! Addresses: CIDR blocks, domain names, ports; and shares in percent.

use ipnet::{IpNet, Ipv4Net};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Flaw, Scalar, malformed, text_scalar};

text_scalar! {
    /// A block of IP addresses, such as `10.40.0.0/16`, with no bit set beyond its prefix.
    Cidr
}

text_scalar! {
    /// A fully qualified domain name in small letters, without the dot at its end.
    DomainName
}

/// A TCP port.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Port(#[schemars(range(min = 1))] pub u16);

/// A share of a whole, 0 to 100.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Percent(#[schemars(range(max = 100))] pub u8);

impl Cidr {
    /// The block as a number range.
    pub fn net(&self) -> Option<IpNet> {
        self.0.parse().ok()
    }

    /// The block when it is IPv4.
    pub fn v4(&self) -> Option<Ipv4Net> {
        self.0.parse().ok()
    }
}

impl Scalar for Cidr {
    const FORMAT: &'static str = "cidr";
    const WHAT: &'static str = "a block of addresses in CIDR notation";
    const PATTERN: &'static str = "^[0-9a-f.:]+/[0-9]{1,3}$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        let Ok(net) = text.parse::<IpNet>() else {
            let flaw = malformed::<Self>(text, "it looks like `10.40.0.0/16`");
            return Err(match text.parse::<std::net::IpAddr>() {
                Ok(address) => flaw.help(format!("one address is `{}`", IpNet::from(address))),
                Err(_) => flaw,
            });
        };
        if net.trunc() != net {
            let flaw = Flaw::new(format!("`{text}` has bits set beyond its prefix"));
            return Err(flaw.help(format!("the block around it is `{}`", net.trunc())));
        }
        // One address has many spellings in IPv6; CloudFormation and Terraform compare texts.
        if net.to_string() != text {
            return Err(malformed::<Self>(text, &format!("it is usually written `{net}`")));
        }
        Ok(Self(text.to_owned()))
    }
}

impl Scalar for DomainName {
    const FORMAT: &'static str = "domain-name";
    const WHAT: &'static str = "a domain name";
    const PATTERN: &'static str = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        let labels: Vec<&str> = text.split('.').collect();
        if text.len() <= 253 && labels.len() > 1 && labels.iter().all(|it| label(it)) {
            return Ok(Self(text.to_owned()));
        }
        let host = text.split_once("://").map_or(text, |(_, rest)| rest);
        let host = host.split(['/', ':']).next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
        let flaw = malformed::<Self>(text, "it looks like `dagster.acme.example`");
        Err(if host != text && Self::parse(&host).is_ok() { flaw.help(format!("write `{host}`")) } else { flaw })
    }
}

/// One part between dots.
fn label(text: &str) -> bool {
    let good = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let edges = text.starts_with(good) && text.ends_with(good);
    (1..=63).contains(&text.len()) && edges && text.chars().all(|it| good(it) || it == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cidrs() {
        assert_eq!(Cidr::parse("10.40.0.0/16").unwrap().v4().unwrap().prefix_len(), 16);
        assert!(Cidr::parse("2001:db8::/32").unwrap().v4().is_none());
        let help = |it: &str| Cidr::parse(it).unwrap_err().help.pop().unwrap();
        assert_eq!(help("10.40.1.0/16"), "the block around it is `10.40.0.0/16`");
        assert_eq!(help("198.51.100.7"), "one address is `198.51.100.7/32`");
        assert_eq!(help("2001:DB8::/32"), "it is usually written `2001:db8::/32`");
        assert!(["", "10.0.0.0/33", "10.0.0/8", "010.0.0.0/8"].iter().all(|it| Cidr::parse(it).is_err()));
    }

    #[test]
    fn domain_names() {
        assert!(DomainName::parse("dagster.acme.example").is_ok());
        for bad in ["", "acme", "a..b", "-a.b", "a-.b", "*.acme.example", "a_b.c", &format!("{}.b", "a".repeat(64))] {
            assert!(DomainName::parse(bad).is_err(), "{bad}");
        }
        let flaw = DomainName::parse("https://Dagster.Acme.example/").unwrap_err();
        assert_eq!(flaw.help[1], "write `dagster.acme.example`");
    }
}
