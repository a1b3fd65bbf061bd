//! Where the server secret comes from: the environment, or a file beside the database.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use passgate_core::rng::{SystemRng, random_uuid};
use passgate_core::server_secret::{InvalidSecret, SecretId, Secrets, ServerSecret};

use crate::settings::{DatabaseLocation, Settings};

/// Why there is no server secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    /// The file can't be read or made.
    #[error("server secret file {path}: {error}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file holds something else.
    #[error("server secret file {path}, line {line}: {error}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// Why.
        error: InvalidSecret,
    },
    /// The file is empty.
    #[error("server secret file {0} is empty")]
    Empty(PathBuf),
    /// A configured secret is malformed.
    #[error("{key}: {error}")]
    Configured {
        /// The key.
        key: &'static str,
        /// Why.
        error: InvalidSecret,
    },
    /// There is no file beside the database that could hold it.
    #[error(
        "with PostgreSQL, the server secret must be given, the same to every process: set PASSGATE_SECRET, or secret_file \
         (`passgate secret generate` makes one)"
    )]
    NotGiven,
    /// The file is gone, and the database has values that only it opens.
    #[error(
        "the server secret file {path} does not exist, and the database holds signing keys sealed with secret \
         {sealed_with}: restore the file from a backup, or set PASSGATE_SECRET"
    )]
    Lost {
        /// Where it should be.
        path: PathBuf,
        /// One of the secrets that are missing.
        sealed_with: SecretId,
    },
    /// A secret that sealed values need is not configured.
    #[error(
        "the database holds signing keys sealed with server secret {0}, which is not configured: add it to \
         PASSGATE_PREVIOUS_SECRETS or to the secret file, on a line after the current one"
    )]
    Missing(SecretId),
}

/// The secrets that the configuration names. A file that doesn't exist is made, unless `sealed_with` says that the
/// database already depends on a secret.
pub(crate) fn load(settings: &Settings, sealed_with: &[SecretId]) -> Result<Secrets, SecretError> {
    let parse =
        |key, text: &str| ServerSecret::parse(text).map_err(|error| SecretError::Configured { key, error });
    let mut all = match &settings.secret {
        Some(secret) => vec![parse("secret", secret.expose_secret())?],
        None => match (&settings.secret_file, &settings.database) {
            (Some(path), DatabaseLocation::Sqlite(_)) => read_or_make(path, sealed_with)?,
            // Made by one process, it would not be the others'.
            (Some(path), DatabaseLocation::Postgres(_)) => read(path)?,
            (None, _) => return Err(SecretError::NotGiven),
        },
    };
    for previous in &settings.previous_secrets {
        all.push(parse("previous_secrets", previous.expose_secret())?);
    }
    let current = all.remove(0);
    let secrets = Secrets::new(current, all);
    match sealed_with.iter().find(|id| !secrets.knows(**id)) {
        Some(missing) => Err(SecretError::Missing(*missing)),
        None => Ok(secrets),
    }
}

/// The secrets of a file that may have to be made.
fn read_or_make(path: &Path, sealed_with: &[SecretId]) -> Result<Vec<ServerSecret>, SecretError> {
    let file_error = |error| SecretError::File { path: path.to_owned(), error };
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if let Some(sealed_with) = sealed_with.first() {
                return Err(SecretError::Lost { path: path.to_owned(), sealed_with: *sealed_with });
            }
            make(path).map_err(file_error)?;
        }
        // What else is wrong with it, reading it will say.
        Ok(_) | Err(_) => {}
    }
    read(path)
}

/// The secrets of a file, one a line, the current one first. At least one.
fn read(path: &Path) -> Result<Vec<ServerSecret>, SecretError> {
    let file_error = |error| SecretError::File { path: path.to_owned(), error };
    let text = fs::read_to_string(path).map_err(file_error)?;
    let mode = fs::metadata(path).map_err(file_error)?.permissions().mode();
    if mode & 0o077 != 0 {
        tracing::warn!(path = %path.display(), mode = format!("{:o}", mode & 0o777),
            "the server secret file can be read by others; chmod 600 it");
    }
    let secrets = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| {
            ServerSecret::parse(line).map_err(|error| SecretError::Malformed {
                path: path.to_owned(),
                line: index + 1,
                error,
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    if secrets.is_empty() {
        return Err(SecretError::Empty(path.to_owned()));
    }
    Ok(secrets)
}

/// Makes the file whole or not at all, readable by its owner only. If another process was faster, its file stays.
fn make(path: &Path) -> io::Result<()> {
    // A random name: the pid may be another process's too, as it is in containers.
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.new", random_uuid(&SystemRng).simple()));
    let draft = PathBuf::from(draft);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = write(&mut file).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    });
    fs::remove_file(&draft)?;
    written?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn write(file: &mut File) -> io::Result<()> {
    file.write_all(ServerSecret::generate(&SystemRng).as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Layer;

    fn settings(folder: &Path, variables: &[(&str, &str)]) -> Settings {
        let flags = Layer { secret_file: Some(folder.join("secret")), ..Layer::default() };
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Settings::resolve(flags, None, variables.into_iter()).unwrap()
    }

    #[test]
    fn the_first_start_makes_a_secret_that_only_its_owner_can_read() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path(), &[]);
        let first = load(&settings, &[]).unwrap().current().id();
        assert_eq!(fs::metadata(folder.path().join("secret")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(load(&settings, &[]).unwrap().current().id(), first);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left behind");
    }

    #[test]
    fn with_postgresql_a_secret_must_be_given_and_none_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let database = ("PASSGATE_DATABASE_URL", "postgres://localhost/passkeys");
        let error = load(&settings(folder.path(), &[database]), &[]).unwrap_err();
        assert!(matches!(error, SecretError::File { .. }), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let nowhere = Settings::resolve(
            Layer::default(),
            None,
            [(database.0.to_owned(), database.1.to_owned())].into_iter(),
        );
        assert!(matches!(load(&nowhere.unwrap(), &[]), Err(SecretError::NotGiven)));
        fs::write(folder.path().join("secret"), &*ServerSecret::generate(&SystemRng)).unwrap();
        load(&settings(folder.path(), &[database]), &[]).unwrap();
    }

    #[test]
    fn racing_first_starts_agree_on_one_secret() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path(), &[]);
        let ids: Vec<_> = std::thread::scope(|scope| {
            let racers: Vec<_> =
                (0..16).map(|_| scope.spawn(|| load(&settings, &[]).unwrap().current().id())).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left behind");
    }

    #[test]
    fn a_lost_secret_is_not_replaced_by_a_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let sealed_with = SecretId::from_bytes([7; 8]);
        let error = load(&settings(folder.path(), &[]), &[sealed_with]).unwrap_err();
        assert!(matches!(error, SecretError::Lost { .. }), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn start_is_refused_while_a_secret_in_use_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let old = ServerSecret::generate(&SystemRng);
        let sealed_with = [ServerSecret::parse(&old).unwrap().id()];
        let new = ServerSecret::generate(&SystemRng);
        let error = load(&settings(folder.path(), &[("PASSGATE_SECRET", &new)]), &sealed_with).unwrap_err();
        assert!(matches!(error, SecretError::Missing(id) if id == sealed_with[0]), "{error}");
        let both = [("PASSGATE_SECRET", new.as_str()), ("PASSGATE_PREVIOUS_SECRETS", old.as_str())];
        assert!(load(&settings(folder.path(), &both), &sealed_with).is_ok());
    }

    #[test]
    fn further_lines_of_the_file_are_secrets_that_the_first_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (new, old) = (ServerSecret::generate(&SystemRng), ServerSecret::generate(&SystemRng));
        fs::write(folder.path().join("secret"), format!("{}\n{}\n", *new, *old)).unwrap();
        let secrets =
            load(&settings(folder.path(), &[]), &[ServerSecret::parse(&old).unwrap().id()]).unwrap();
        assert_eq!(secrets.current().id(), ServerSecret::parse(&new).unwrap().id());
    }
}
