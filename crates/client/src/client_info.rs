//! The person whom an app's backend acts for.

use std::net::IpAddr;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

const CLIENT_IP: HeaderName = HeaderName::from_static("x-passgate-client-ip");
const CLIENT_USER_AGENT: HeaderName = HeaderName::from_static("x-passgate-client-ua");
/// Passgate keeps no more of a user agent.
const LONGEST_USER_AGENT: usize = 512;

/// Where a person's request to the app came from. Passgate's audit log keeps it in place of the backend's own
/// address and user agent: see [`Tenant::on_behalf_of`](crate::Tenant::on_behalf_of).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientInfo {
    /// The person's address. Behind a proxy it is in a header of the proxy's, which is to be believed only where
    /// nobody else can send it.
    pub ip: Option<IpAddr>,
    /// The `User-Agent` of the person's browser. At most 512 characters of it are sent; one that no header can
    /// carry is sent as `?`.
    pub user_agent: Option<String>,
}

impl ClientInfo {
    /// The headers that say so.
    pub(crate) fn headers(&self) -> HeaderMap {
        let user_agent = self.user_agent.as_deref().map(|user_agent| {
            let printable = |c: char| if matches!(c, ' '..='~') { c } else { '?' };
            user_agent.chars().take(LONGEST_USER_AGENT).map(printable).collect()
        });
        let ip = self.ip.map(|ip| ip.to_string());
        [(CLIENT_IP, ip), (CLIENT_USER_AGENT, user_agent)]
            .into_iter()
            // Printable ASCII is always a header's value.
            .filter_map(|(name, value)| Some((name, HeaderValue::try_from(value?).ok()?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user_agent_sent(user_agent: &str) -> String {
        let info = ClientInfo { ip: None, user_agent: Some(user_agent.to_owned()) };
        let headers = info.headers();
        assert_eq!(headers.len(), 1);
        headers[CLIENT_USER_AGENT].to_str().expect("ASCII").to_owned()
    }

    #[test]
    fn a_user_agent_is_sent_as_far_as_a_header_can_carry_it() {
        assert_eq!(user_agent_sent("Mozilla/5.0 (X11; Linux x86_64)"), "Mozilla/5.0 (X11; Linux x86_64)");
        assert_eq!(
            user_agent_sent("Café\r\nx-passgate-client-ip: 1.1.1.1\0\t"),
            "Caf???x-passgate-client-ip: 1.1.1.1??"
        );
        assert_eq!(user_agent_sent(&"ü".repeat(600)), "?".repeat(512));
        assert_eq!(user_agent_sent(""), "");
    }

    #[test]
    fn what_is_not_known_is_not_sent() {
        assert!(ClientInfo::default().headers().is_empty());
    }
}
