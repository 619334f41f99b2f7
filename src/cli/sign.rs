//! `forest sign`

use std::env;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{ForceArgs, GlobalArgs, beside};
use super::exit::Exit;
use super::files::{read, read_model};
use super::signatures::read_key;
use crate::report::sign::SignReport;
use forest::data::STANDARD_STREAM;
use forest::signing::{SigningKey, sign};
use forest::{Error, Model, Result};

/// Sign a model file, so that others can tell that it is yours
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
The signature is a file of its own, as OpenSSF Model Signing 1.0 makes them with keys, which other programs
verify, too. `verify`, `predict`, `evaluate`, `inspect` and `compare` with --public-key use no model without it.

Keys are those of ECDSA on P-256, P-384 or P-521, in PEM. To make a pair:
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-256-cbc -out key.pem
  openssl pkey -in key.pem -pubout -out pub.pem

Examples:
  forest sign model.bin --key key.pem --key-password-file password.txt
  forest sign model.bin --key env:SIGNING_KEY --out signatures/model.sig   # in CI
  forest verify model.bin --public-key pub.pem"
)]
pub(super) struct SignArgs {
    /// Model file
    model: PathBuf,

    /// Private key in PEM: a file, or env:NAME for what an environment variable holds
    #[arg(long, value_name = "FILE|env:NAME")]
    key: PathBuf,

    /// File with the passphrase of an encrypted key, on its first line
    #[arg(long, value_name = "FILE", conflicts_with = "key_password_env")]
    key_password_file: Option<PathBuf>,

    /// Environment variable with the passphrase of an encrypted key
    #[arg(long, value_name = "NAME")]
    key_password_env: Option<String>,

    /// Signature to write, - for standard output [default: the model's name with .sig after it]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    force: ForceArgs,
}

pub(super) fn run(args: &SignArgs, global: &GlobalArgs) -> Result<Exit> {
    if args.model.as_os_str() == STANDARD_STREAM {
        return Err(Error::setting("a model is signed as a file, not from standard input")
            .with_help("save it to a file first"));
    }
    let in_file = |error: Error| error.in_file(&args.model);
    let name = args.model.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
        in_file(Error::signature("a signature cannot hold this name, for it is no UTF-8"))
    })?;
    let out = args.out.clone().unwrap_or_else(|| beside(&args.model));
    let inputs = [&args.model, &args.key].into_iter().chain(&args.key_password_file);
    let destination = args.force.destination(&out, inputs)?;
    let bytes = read_model(&args.model)?;
    Model::from_bytes(&bytes).map_err(in_file)?;
    let key = args.key()?;
    let signature = sign(&bytes, name, &key).map_err(in_file)?;

    let to_stdout = destination.is_stdout();
    let written = destination.write(signature.as_bytes())?;
    let n_bytes = signature.len() as u64;
    let report = SignReport::new(&bytes, &key.verifying_key(), &out, n_bytes);
    global.summarize(&report, to_stdout)?;
    global.note_written(&out, &written);
    Ok(Exit::Done)
}

impl SignArgs {
    fn key(&self) -> Result<SigningKey> {
        let text = match self.variable() {
            Some(name) => variable(name)?,
            None => read_key(&self.key)?,
        };
        let passphrase = match (&self.key_password_file, &self.key_password_env) {
            (Some(path), _) => Some(first_line(path)?),
            (None, Some(name)) => Some(variable(name)?.into_bytes()),
            (None, None) => None,
        };
        if passphrase.is_none() && SigningKey::is_encrypted(&text) {
            return Err(Error::signature("the key is encrypted").in_file(&self.key).with_help(
                "give its passphrase with --key-password-file FILE or --key-password-env NAME",
            ));
        }
        SigningKey::from_pem(&text, passphrase.as_deref()).map_err(|error| error.in_file(&self.key))
    }

    /// The environment variable that holds the key, if it is in one.
    fn variable(&self) -> Option<&str> {
        self.key.to_str()?.strip_prefix("env:")
    }
}

/// What an environment variable holds.
fn variable(name: &str) -> Result<String> {
    env::var(name).map_err(|error| {
        let why = match error {
            env::VarError::NotPresent => "is not set",
            env::VarError::NotUnicode(_) => "is no UTF-8",
        };
        Error::signature(format!("the environment variable '{name}' {why}"))
    })
}

/// The first line of a file, without its end.
fn first_line(path: &Path) -> Result<Vec<u8>> {
    let bytes = read(path, 1 << 20)?;
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    Ok(line.strip_suffix(b"\r").unwrap_or(line).to_vec())
}
