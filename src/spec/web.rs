//! `web:` beyond the webserver itself: who signs in, which listener is used, what is logged, how many tasks there are.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{
    Arn, BucketName, DomainName, HttpsUrl, KeyPrefix, SecretRef, SecretVersion, SecurityGroupId, TenantId, UserPoolId,
};

/// Who signs people in before the load balancer lets them through: exactly one of the two.
///
/// The load balancer knows only whether somebody has signed in: who may is decided where they do. Its own health checks
/// pass without.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// An identity provider that speaks OpenID Connect.
    pub oidc: Option<Oidc>,
    /// A Cognito user pool.
    pub cognito: Option<Cognito>,
}

/// An identity provider that speaks OpenID Connect: by `preset`, or by its four addresses.
///
/// Register `https://<domain>/oauth2/idpresponse` there as the address that it sends people back to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// A provider whose addresses are known: `google`, `okta`, `entra`, `auth0` or `cognito`; default none: then
    /// the four addresses below say it.
    pub preset: Option<Preset>,
    /// With `preset: entra`: the tenant's id; no default.
    pub tenant: Option<TenantId>,
    /// With `preset: okta`, `auth0` or `cognito`: the host name that people sign in at, such as
    /// `acme.okta.com`; no default.
    pub domain: Option<DomainName>,
    /// With `preset: okta`: a custom authorization server, default none, which is the organisation's own.
    pub authorization_server: Option<String>,
    /// With `preset: cognito`: the id of the user pool; no default.
    pub user_pool: Option<UserPoolId>,
    /// Without preset: the issuer, exactly as the provider's tokens name it; no default.
    pub issuer: Option<HttpsUrl>,
    /// Without preset: the authorization endpoint; no default.
    pub authorize: Option<HttpsUrl>,
    /// Without preset: the token endpoint; no default.
    pub token: Option<HttpsUrl>,
    /// Without preset: the user info endpoint; no default.
    pub userinfo: Option<HttpsUrl>,
    /// Id of the client that was registered for the UI.
    pub client_id: String,
    /// Secret of the client: a reference to Secrets Manager, `name`, `name:json_key` or an ARN. CloudFormation reads it
    /// while it deploys, for Terraform too, so that no template, plan or state has it.
    pub client_secret: SecretRef,
    /// Version of that secret; default the current one when it was first read. The secret is read again only when this
    /// changes, so set it after every change of the secret's value.
    pub client_secret_version: Option<SecretVersion>,
    /// Hours after which people sign in again, 1 to 168; default 12.
    pub session_hours: Option<u32>,
    /// What is asked of the provider, between blanks; default `openid`.
    pub scope: Option<String>,
}

/// Providers whose addresses are known.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Google. Make the client `internal` to your organisation there: else everybody with a Google account may sign in.
    Google,
    /// Okta; needs `domain`.
    Okta,
    /// Microsoft Entra ID; needs `tenant`.
    Entra,
    /// Auth0; needs `domain`.
    Auth0,
    /// A Cognito user pool with a client secret; needs `user_pool` and `domain`.
    Cognito,
}

/// A Cognito user pool that exists. Its client has a secret, which the load balancer gets by itself.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cognito {
    /// ARN of the user pool.
    pub user_pool_arn: Arn,
    /// Id of the pool's client for the UI.
    pub client_id: String,
    /// Domain prefix of the user pool, or its custom domain in full.
    pub domain: String,
    /// Hours after which people sign in again, 1 to 168; default 12.
    pub session_hours: Option<u32>,
    /// What is asked of the user pool, between blanks; default `openid`.
    pub scope: Option<String>,
}

/// A web ACL that exists.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waf {
    /// ARN of a regional web ACL of AWS WAF.
    pub arn: Arn,
}

/// A bucket that exists for access logs. Its policy has to let Elastic Load Balancing write, and it is encrypted with
/// S3's own key: nothing else is supported.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExistingLogBucket {
    /// Name of the bucket.
    pub bucket: BucketName,
    /// Beginning of the keys; default none.
    pub prefix: Option<KeyPrefix>,
}

/// How many webservers there are, by how busy they are.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Autoscale {
    /// Fewest webservers.
    pub min: u32,
    /// Most webservers.
    pub max: u32,
    /// Average use of the CPU that is aimed at, in percent; default 60.
    pub cpu_percent: Option<u32>,
}

/// A second webserver that shows everything and changes nothing, behind the same login.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadOnlyCopy {
    /// Name of the copy. It is in the zone of `web.domain`, and a given certificate has to cover it.
    pub domain: DomainName,
    /// How many; default 1.
    pub replicas: Option<u32>,
}

/// A listener of a load balancer that exists. Load balancer, certificate and DNS record stay its owner's: nothing of
/// theirs is changed but a rule that is added to the listener.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExistingListener {
    /// ARN of the listener; with `web.auth` one of HTTPS.
    pub arn: Arn,
    /// Security group of the load balancer. It has to let connections out to port 3000 of the webservers, and with
    /// `web.auth` to port 443 of the identity provider.
    pub security_group: SecurityGroupId,
    /// Priority of the rule, 1 to 50000, which no other rule of the listener has. A read-only copy takes the next one too.
    pub priority: u32,
    /// Host name that the rule is for; without it `web.path_prefix` decides, or everything is
    /// taken; default none.
    pub host: Option<DomainName>,
}
