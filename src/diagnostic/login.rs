//! Findings about who signs people in.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    LOGIN_NEEDS_HTTPS = "login-needs-https": "A load balancer signs people in at a listener of HTTPS alone: the session is \
        a cookie, and the identity provider sends people back to an address with `https://`."
        => "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html";
    LOGIN_PROVIDER = "login-provider": "`web.auth` names the one provider that people sign in at, `oidc` or `cognito`. \
        Without any nobody could sign in, and with two a load balancer would not know which."
        => "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html";
    LOGIN_INCOMPLETE = "login-incomplete": "A load balancer is told every address of an identity provider: it discovers \
        none. A preset knows them but for a word or two that are your own, such as the tenant."
        => "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html";
    LOGIN_SUPERFLUOUS = "login-superfluous": "A word of `web.auth.oidc` belongs to another preset, or to a provider \
        without one. One of the two is a mistake, and people would sign in somewhere else than you think."
        => "A rule of dagforge's own: a word that does nothing is a mistake.";
    LOGIN_TEXT = "login-text": "Ids of clients, authorization servers and user pool domains go into addresses as they \
        are: letters, digits, `-`, `.`, `_` and `~`."
        => "RFC 3986 section 2.3, https://datatracker.ietf.org/doc/html/rfc3986#section-2.3";
    LOGIN_SCOPE = "login-scope": "Without `openid` in its scope a login is none: the provider says no more than that \
        something may be accessed, and the load balancer refuses everybody."
        => "OpenID Connect Core 1.0 section 3.1.2.1, https://openid.net/specs/openid-connect-core-1_0.html";
    LOGIN_SECRET = "login-secret": "CloudFormation reads the client's secret while it makes the listener's rule, for \
        Terraform too, so that no template, plan or state has it. It can read Secrets Manager there, not SSM, and no key \
        with a brace in it."
        => "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html";
    NO_USER_POOLS = "no-user-pools": "AWS has no user pools of Cognito in China, and a load balancer there knows no such login."
        => "https://docs.amazonaws.cn/en_us/aws/latest/userguide/cognito.html";
    LOGIN_NEEDS_NAT = "login-needs-nat": "After somebody has signed in, the load balancer itself asks the identity \
        provider who that is. From private subnets without NAT gateway it reaches nobody, and every login ends in an \
        error 500."
        => "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html";
}

impl Diagnostics {
    /// A login over plain HTTP.
    pub fn login_needs_https(&mut self, at: &SpecPath) {
        self.error(LOGIN_NEEDS_HTTPS, Place::key(at), "people can sign in over HTTPS alone")
            .help("set `web.domain`, with `zone` or a `certificate`")
            .help("or use a listener of HTTPS that exists: `web.listener`");
    }

    /// Nobody to sign in at.
    pub fn login_without_provider(&mut self, at: &SpecPath) {
        self.error(LOGIN_PROVIDER, Place::value(at), "`web.auth` names no provider")
            .help("write `oidc: {preset: google, client_id: …, client_secret: …}`, or another preset")
            .help("or `cognito: {user_pool_arn: …, client_id: …, domain: …}`");
    }

    /// Two to sign in at.
    pub fn two_providers(&mut self, at: &SpecPath) {
        self.error(LOGIN_PROVIDER, Place::key(at), "`web.auth` names two providers").help("remove one of the two");
    }

    /// A word that the provider needs is missing.
    pub fn incomplete_login(&mut self, at: &SpecPath, provider: &str, word: &str, needed: &[&str]) {
        let all: Vec<String> = needed.iter().map(|it| format!("`{it}`")).collect();
        self.error(LOGIN_INCOMPLETE, Place::key(at), format!("{provider} needs `{word}`"))
            .help(format!("what it needs: {}", all.join(", ")));
    }

    /// A word that belongs to another provider.
    pub fn superfluous_login_word(&mut self, at: &SpecPath, provider: &str, word: &str) {
        self.error(LOGIN_SUPERFLUOUS, Place::key(at), format!("{provider} has no `{word}`"))
            .help("remove it, or write the `preset` that it belongs to");
    }

    /// A text that would have to be escaped in an address. It may be a secret by mistake, so it is not repeated.
    pub fn odd_login_word(&mut self, at: &SpecPath) {
        self.error(LOGIN_TEXT, Place::value(at), format!("`{at}` has a character that does not belong there"))
            .help("it has letters, digits, `-`, `.`, `_` and `~`: copy it from the provider");
    }

    /// A scope that asks for no login.
    pub fn scope_without_openid(&mut self, at: &SpecPath) {
        self.error(LOGIN_SCOPE, Place::value(at), "a scope without `openid` is no login")
            .help("write `openid` and what else you need behind it: `openid email`");
    }

    /// A client's secret in SSM.
    pub fn login_secret_in_ssm(&mut self, at: &SpecPath) {
        self.error(LOGIN_SECRET, Place::value(at), "the secret of a client cannot be read from SSM")
            .help("put it into Secrets Manager, and write its name, or `name:json_key`");
    }

    /// A JSON key that ends the reference to the secret early.
    pub fn login_secret_key(&mut self, at: &SpecPath) {
        self.error(LOGIN_SECRET, Place::value(at), "CloudFormation cannot read a key with a brace in it")
            .help("take another key for the client's secret");
    }

    /// A region without user pools.
    pub fn no_user_pools(&mut self, at: &SpecPath, region: &str) {
        self.error(NO_USER_POOLS, Place::key(at), format!("there are no user pools of Cognito in {region}"))
            .help("write `oidc` instead, with the addresses of a provider that people there can reach");
    }

    /// A load balancer that cannot reach the provider.
    pub fn login_needs_nat(&mut self, at: &SpecPath) {
        self.error(LOGIN_NEEDS_NAT, Place::value(at), "the load balancer cannot reach the identity provider")
            .help("take `nat: single`, or `per_az`")
            .help("or `web.scheme: internet-facing`, whose subnets have a way out of their own");
    }
}
