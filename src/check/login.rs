//! Rules about `web.auth`: that people can sign in at all, and that nobody gets around it.

use super::{Rule, Subject};
use crate::diagnostic::Diagnostics;
use crate::spec::network::Nat;
use crate::spec::path::SpecPath;
use crate::spec::scalar::SecretRef;
use crate::spec::web::{Auth, Oidc, Preset};

pub(super) const RULES: &[Rule] = &[https, provider, china, words, client, secret, way_out, sessions];

fn auth<'a>(subject: &'a Subject) -> Option<&'a Auth> {
    subject.spec.web.as_ref()?.auth.as_ref()
}

fn oidc<'a>(subject: &'a Subject) -> Option<&'a Oidc> {
    auth(subject)?.oidc.as_ref()
}

fn at(key: &str) -> SpecPath {
    SpecPath::from("web.auth.oidc").key(key)
}

/// A load balancer signs people in over HTTPS alone.
fn https(subject: &Subject, found: &mut Diagnostics) {
    let web = subject.spec.web.as_ref();
    if auth(subject).is_some() && web.is_some_and(|it| it.domain.is_none() && it.listener.is_none()) {
        found.login_needs_https(&"web.auth".into());
    }
}

/// Exactly one provider.
fn provider(subject: &Subject, found: &mut Diagnostics) {
    match auth(subject) {
        Some(Auth { oidc: None, cognito: None }) => found.login_without_provider(&"web.auth".into()),
        Some(Auth { oidc: Some(_), cognito: Some(_) }) => found.two_providers(&"web.auth.cognito".into()),
        _ => {}
    }
}

/// Cognito's user pools are not everywhere.
fn china(subject: &Subject, found: &mut Diagnostics) {
    let region = &subject.spec.region;
    if auth(subject).is_some_and(|it| it.cognito.is_some()) && region.partition() == "aws-cn" {
        found.no_user_pools(&"web.auth.cognito".into(), region.as_str());
    }
}

/// A word of `oidc` and whether it is written.
type Written = (&'static str, bool);

fn written(oidc: &Oidc) -> [Written; 8] {
    [
        ("tenant", oidc.tenant.is_some()),
        ("domain", oidc.domain.is_some()),
        ("authorization_server", oidc.authorization_server.is_some()),
        ("user_pool", oidc.user_pool.is_some()),
        ("issuer", oidc.issuer.is_some()),
        ("authorize", oidc.authorize.is_some()),
        ("token", oidc.token.is_some()),
        ("userinfo", oidc.userinfo.is_some()),
    ]
}

/// What a provider needs, and what it may have beside that.
fn expected(preset: Option<Preset>) -> (&'static [&'static str], &'static [&'static str]) {
    match preset {
        None => (&["issuer", "authorize", "token", "userinfo"], &[]),
        Some(Preset::Google) => (&[], &[]),
        Some(Preset::Okta) => (&["domain"], &["authorization_server"]),
        Some(Preset::Entra) => (&["tenant"], &[]),
        Some(Preset::Auth0) => (&["domain"], &[]),
        Some(Preset::Cognito) => (&["user_pool", "domain"], &[]),
    }
}

fn name(preset: Option<Preset>) -> &'static str {
    match preset {
        None => "a provider without `preset`",
        Some(Preset::Google) => "`preset: google`",
        Some(Preset::Okta) => "`preset: okta`",
        Some(Preset::Entra) => "`preset: entra`",
        Some(Preset::Auth0) => "`preset: auth0`",
        Some(Preset::Cognito) => "`preset: cognito`",
    }
}

/// A preset has its words, and a provider without one its four addresses.
fn words(subject: &Subject, found: &mut Diagnostics) {
    let Some(oidc) = oidc(subject) else { return };
    let (needed, allowed) = expected(oidc.preset);
    for (word, is_written) in written(oidc) {
        if needed.contains(&word) && !is_written {
            found.incomplete_login(&"web.auth.oidc".into(), name(oidc.preset), word, needed);
        }
        if is_written && !needed.contains(&word) && !allowed.contains(&word) {
            found.superfluous_login_word(&at(word), name(oidc.preset), word);
        }
    }
}

/// Texts that go to the provider as they are.
fn client(subject: &Subject, found: &mut Diagnostics) {
    let Some(auth) = auth(subject) else { return };
    let oidc = auth.oidc.iter().flat_map(|it| {
        [("oidc.client_id", Some(&it.client_id)), ("oidc.authorization_server", it.authorization_server.as_ref())]
    });
    let cognito = auth
        .cognito
        .iter()
        .flat_map(|it| [("cognito.client_id", Some(&it.client_id)), ("cognito.domain", Some(&it.domain))]);
    for (key, text) in oidc.chain(cognito) {
        // What is none of these would have to be escaped in an address.
        let good =
            |it: &String| !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || "-._~".contains(it));
        if text.is_some_and(|it| !good(it)) {
            found.odd_login_word(&SpecPath::from(format!("web.auth.{key}").as_str()));
        }
    }
    let scopes = [
        ("oidc", auth.oidc.as_ref().and_then(|it| it.scope.as_ref())),
        ("cognito", auth.cognito.as_ref().and_then(|it| it.scope.as_ref())),
    ];
    for (key, scope) in scopes {
        if scope.is_some_and(|it| !it.split(' ').any(|it| it == "openid")) {
            found.scope_without_openid(&SpecPath::from(format!("web.auth.{key}.scope").as_str()));
        }
    }
}

/// CloudFormation has to be able to read the client's secret into the rule.
fn secret(subject: &Subject, found: &mut Diagnostics) {
    let Some(oidc) = oidc(subject) else { return };
    match &oidc.client_secret {
        SecretRef::Ssm { .. } => found.login_secret_in_ssm(&at("client_secret")),
        SecretRef::Named { key: Some(key), .. } | SecretRef::Arn { key: Some(key), .. } if key.contains(['{', '}']) => {
            found.login_secret_key(&at("client_secret"));
        }
        _ => {}
    }
}

/// A load balancer in private subnets gets to the provider through a NAT gateway.
fn way_out(subject: &Subject, found: &mut Diagnostics) {
    let no_nat = subject.spec.network.as_ref().is_some_and(|it| it.nat == Some(Nat::None));
    let internal = subject.plan.rooms.ui.load_balancer.as_ref().is_some_and(|it| it.internal);
    if auth(subject).is_some() && no_nat && internal && subject.existing_vpc().is_none() {
        found.login_needs_nat(&"network.nat".into());
    }
}

/// A session of the load balancer lasts a week at most
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html>).
fn sessions(subject: &Subject, found: &mut Diagnostics) {
    let Some(auth) = auth(subject) else { return };
    let hours = [
        ("web.auth.oidc.session_hours", auth.oidc.as_ref().and_then(|it| it.session_hours)),
        ("web.auth.cognito.session_hours", auth.cognito.as_ref().and_then(|it| it.session_hours)),
    ];
    for (path, hours) in hours {
        if let Some(hours) = hours.filter(|it| !(1..=168).contains(it)) {
            found.beyond(&path.into(), hours.into(), (1, 168), "a load balancer keeps nobody signed in beyond a week");
        }
    }
}
