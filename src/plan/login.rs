//! Who signs people in: what a listener is told about an identity provider.

use serde::Serialize;

use crate::spec::scalar::{SecretRef, url_suffix};
use crate::spec::web::{Auth, Cognito as SpecCognito, Oidc as SpecOidc, Preset};

/// An identity provider that speaks OpenID Connect, as the load balancer is told.
#[derive(Clone, Debug, Serialize)]
pub struct Oidc {
    /// Issuer, as the provider's tokens name it.
    pub issuer: String,
    /// Where people are sent to sign in.
    pub authorization_endpoint: String,
    /// Where the load balancer gets tokens.
    pub token_endpoint: String,
    /// Where the load balancer asks who somebody is.
    pub user_info_endpoint: String,
    /// Id of the client.
    pub client_id: String,
    /// Where CloudFormation finds the client's secret.
    pub client_secret: DynamicReference,
    /// What is asked of the provider.
    pub scope: String,
    /// Seconds after which people sign in again.
    pub session_seconds: u32,
}

/// The parts of `{{resolve:secretsmanager:…}}`, which CloudFormation replaces while it makes the resource: the value is in
/// no template, and no state of Terraform's
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html>).
#[derive(Clone, Debug, Serialize)]
pub struct DynamicReference {
    /// Name or ARN of the secret.
    pub secret: String,
    /// Key in its JSON value; empty for the whole value.
    pub key: String,
    /// Id of a version; empty for the current one.
    pub version: String,
}

/// A Cognito user pool, as the load balancer is told.
#[derive(Clone, Debug, Serialize)]
pub struct Cognito {
    /// ARN of the user pool.
    pub user_pool_arn: String,
    /// Id of the client.
    pub client_id: String,
    /// Domain prefix or custom domain of the user pool.
    pub domain: String,
    /// What is asked of the user pool.
    pub scope: String,
    /// Seconds after which people sign in again.
    pub session_seconds: u32,
}

/// One of the two, or nobody.
#[derive(Clone, Debug, Default)]
pub struct Login {
    /// OpenID Connect.
    pub oidc: Option<Oidc>,
    /// Cognito.
    pub cognito: Option<Cognito>,
}

/// The four addresses of a provider.
struct Endpoints {
    issuer: String,
    authorize: String,
    token: String,
    userinfo: String,
}

impl Login {
    /// Resolves `web.auth`.
    pub fn resolve(auth: Option<&Auth>) -> Self {
        let Some(auth) = auth else { return Self::default() };
        Self { oidc: auth.oidc.as_ref().map(Oidc::resolve), cognito: auth.cognito.as_ref().map(Cognito::resolve) }
    }

    /// Somebody signs people in.
    pub fn is_some(&self) -> bool {
        self.oidc.is_some() || self.cognito.is_some()
    }
}

impl Oidc {
    fn resolve(oidc: &SpecOidc) -> Self {
        let endpoints = Endpoints::resolve(oidc);
        Self {
            issuer: endpoints.issuer,
            authorization_endpoint: endpoints.authorize,
            token_endpoint: endpoints.token,
            user_info_endpoint: endpoints.userinfo,
            client_id: oidc.client_id.clone(),
            client_secret: DynamicReference::resolve(oidc),
            scope: scope(oidc.scope.as_deref()),
            session_seconds: session_seconds(oidc.session_hours),
        }
    }
}

impl Cognito {
    fn resolve(cognito: &SpecCognito) -> Self {
        Self {
            user_pool_arn: cognito.user_pool_arn.as_str().to_owned(),
            client_id: cognito.client_id.clone(),
            domain: cognito.domain.clone(),
            scope: scope(cognito.scope.as_deref()),
            session_seconds: session_seconds(cognito.session_hours),
        }
    }
}

impl DynamicReference {
    fn resolve(oidc: &SpecOidc) -> Self {
        let (secret, key) = match &oidc.client_secret {
            SecretRef::Named { name, key } => (name.as_str(), key.as_deref()),
            SecretRef::Arn { arn, key } => (arn.as_str(), key.as_deref()),
            // A rule refuses it: CloudFormation reads parameters into a few other properties alone.
            SecretRef::Ssm { path } => (path.as_str(), None),
        };
        Self {
            secret: secret.to_owned(),
            key: key.unwrap_or_default().to_owned(),
            version: oidc.client_secret_version.as_ref().map(ToString::to_string).unwrap_or_default(),
        }
    }
}

impl Endpoints {
    /// Each preset is what the provider publishes at `/.well-known/openid-configuration`.
    fn resolve(oidc: &SpecOidc) -> Self {
        let host = oidc.domain.as_ref().map(|it| it.as_str()).unwrap_or_default();
        match oidc.preset {
            None => Self::explicit(oidc),
            Some(Preset::Google) => Self::google(),
            Some(Preset::Okta) => Self::okta(host, oidc.authorization_server.as_deref()),
            Some(Preset::Entra) => Self::entra(oidc.tenant.as_ref().map(|it| it.as_str()).unwrap_or_default()),
            Some(Preset::Auth0) => Self::auth0(host),
            Some(Preset::Cognito) => Self::cognito(host, oidc),
        }
    }

    fn explicit(oidc: &SpecOidc) -> Self {
        let text =
            |url: &Option<crate::spec::scalar::HttpsUrl>| url.as_ref().map(ToString::to_string).unwrap_or_default();
        Self {
            issuer: text(&oidc.issuer),
            authorize: text(&oidc.authorize),
            token: text(&oidc.token),
            userinfo: text(&oidc.userinfo),
        }
    }

    /// <https://accounts.google.com/.well-known/openid-configuration>
    fn google() -> Self {
        Self {
            issuer: "https://accounts.google.com".to_owned(),
            authorize: "https://accounts.google.com/o/oauth2/v2/auth".to_owned(),
            token: "https://oauth2.googleapis.com/token".to_owned(),
            userinfo: "https://openidconnect.googleapis.com/v1/userinfo".to_owned(),
        }
    }

    /// The organisation's own authorization server, or a custom one, whose issuer has its name
    /// (<https://developer.okta.com/docs/concepts/auth-servers/>).
    fn okta(host: &str, server: Option<&str>) -> Self {
        let issuer = server.map_or_else(|| format!("https://{host}"), |it| format!("https://{host}/oauth2/{it}"));
        let base = if server.is_some() { issuer.clone() } else { format!("{issuer}/oauth2") };
        Self {
            authorize: format!("{base}/v1/authorize"),
            token: format!("{base}/v1/token"),
            userinfo: format!("{base}/v1/userinfo"),
            issuer,
        }
    }

    /// <https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc>
    fn entra(tenant: &str) -> Self {
        let base = format!("https://login.microsoftonline.com/{tenant}");
        Self {
            issuer: format!("{base}/v2.0"),
            authorize: format!("{base}/oauth2/v2.0/authorize"),
            token: format!("{base}/oauth2/v2.0/token"),
            userinfo: "https://graph.microsoft.com/oidc/userinfo".to_owned(),
        }
    }

    /// Its issuer ends in `/` (<https://auth0.com/docs/get-started/applications/configure-applications-with-oidc-discovery>).
    fn auth0(host: &str) -> Self {
        Self {
            issuer: format!("https://{host}/"),
            authorize: format!("https://{host}/authorize"),
            token: format!("https://{host}/oauth/token"),
            userinfo: format!("https://{host}/userinfo"),
        }
    }

    /// <https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html>
    fn cognito(host: &str, oidc: &SpecOidc) -> Self {
        let pool = oidc.user_pool.as_ref();
        let (region, id) = pool.map(|it| (it.region(), it.as_str())).unwrap_or_default();
        let suffix = url_suffix(region);
        Self {
            issuer: format!("https://cognito-idp.{region}.{suffix}/{id}"),
            authorize: format!("https://{host}/oauth2/authorize"),
            token: format!("https://{host}/oauth2/token"),
            userinfo: format!("https://{host}/oauth2/userInfo"),
        }
    }
}

/// `openid` is what makes it a login.
fn scope(written: Option<&str>) -> String {
    written.unwrap_or("openid").to_owned()
}

/// The load balancer's own default is a week; a working day is enough for people whose clicks launch runs.
fn session_seconds(hours: Option<u32>) -> u32 {
    hours.unwrap_or(12).saturating_mul(3600)
}
