//! Addresses, and the credentials that may stand in them: an envelope is given to others.

/// The parts of an address: what comes before the credentials, the credentials without their `@`, what follows.
struct Parts<'a> {
    head: &'a str,
    credentials: &'a str,
    rest: &'a str,
}

/// `scheme://user:secret@host/path`, and `//user:secret@host/path`.
fn with_scheme(address: &str) -> Option<Parts<'_>> {
    let slashes = address.find("//").filter(|at| *at == 0 || address[..*at].ends_with(':'))?;
    let (head, rest) = address.split_at(slashes + 2);
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let credentials = authority.rsplit_once('@').map(|(credentials, _)| credentials);
    let rest = credentials.map_or(rest, |credentials| &rest[credentials.len() + 1..]);
    Some(Parts { head, credentials: credentials.unwrap_or_default(), rest })
}

/// `user:secret@host:path`, as Git takes it beside `user@host:path`.
fn without_scheme(address: &str) -> Option<Parts<'_>> {
    let before_path = &address[..address.find('/').unwrap_or(address.len())];
    let (user, _) = before_path.split_once('@')?;
    // A secret may hold an `@`; a user's name does not, and a path may.
    let credentials = if user.contains(':') { before_path.rsplit_once('@')?.0 } else { user };
    Some(Parts { head: "", credentials, rest: &address[credentials.len() + 1..] })
}

/// The address without credentials, and without query and fragment, where tokens are passed.
///
/// The user of `git@host:path` stays: it is part of the address, and has no secret.
pub(crate) fn without_credentials(address: &str) -> String {
    if let Some(Parts { head, rest, .. }) = with_scheme(address) {
        return format!("{head}{}", &rest[..rest.find(['?', '#']).unwrap_or(rest.len())]);
    }
    match without_scheme(address) {
        Some(Parts { credentials, rest, .. }) => {
            let user = credentials.split(':').next().unwrap_or_default();
            format!("{user}@{rest}")
        }
        None => address.to_owned(),
    }
}

/// Whether the address of a Git repository has a password in it.
pub(super) fn remote_has_password(remote: &str) -> bool {
    with_scheme(remote).or_else(|| without_scheme(remote)).is_some_and(|parts| parts.credentials.contains(':'))
}

/// Whether an address that has a scheme has a password in it.
pub(super) fn has_password(address: &str) -> bool {
    with_scheme(address).is_some_and(|parts| parts.credentials.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_taken_out_of_addresses() {
        for (address, expected) in [
            ("https://me:secret@example.org/a", "https://example.org/a"),
            ("https://token@example.org", "https://example.org"),
            ("https://a@b:c@example.org:8443/x@y", "https://example.org:8443/x@y"),
            ("https://example.org/a.git?private_token=secret", "https://example.org/a.git"),
            ("https://example.org/a#access_token=secret", "https://example.org/a"),
            ("https://me:secret@example.org?a=b", "https://example.org"),
            ("//me:secret@example.org/a", "//example.org/a"),
            ("me:secret@example.org:a", "me@example.org:a"),
            ("me:se@cret@example.org:a", "me@example.org:a"),
            ("git@example.org:team/churn.git", "git@example.org:team/churn.git"),
            ("git@example.org:a@b:c", "git@example.org:a@b:c"),
            ("/srv/git/churn", "/srv/git/churn"),
            ("/srv/a:b@c", "/srv/a:b@c"),
            ("", ""),
        ] {
            assert_eq!(without_credentials(address), expected);
            assert!(!remote_has_password(&without_credentials(address)), "{address}");
        }
    }

    #[test]
    fn a_password_is_known_from_a_port_or_a_path() {
        for address in ["postgres://u:p@h/db", "https://u:@h", "//u:p@h"] {
            assert!(has_password(address) && remote_has_password(address), "{address}");
        }
        assert!(remote_has_password("u:p@h:path") && !has_password("telco:2026@v1"));
        for address in ["https://h:80/a:b@c", "https://u@h:80", "git@h:a:b", "file:a.csv", "s3://b/k?a=u:p@h", "a:b"] {
            assert!(!has_password(address) && !remote_has_password(address), "{address}");
        }
    }
}
