//! Sites whose certificate a private authority signed, as DDEV, mkcert and companies' proxies have it.

use std::path::Path;
use std::process::{Command, Output};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;

/// A private authority, and a server of a WordPress with its certificate for `localhost`.
struct Authority {
    folder: tempfile::TempDir,
    url: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("names"), "subjectAltName=DNS:localhost\n").unwrap();
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        openssl(
            folder.path(),
            &["req", "-x509", "-subj", &format!("/CN={name}"), "-keyout", "ca.key", "-out", "ca.pem"],
            &key,
        );
        openssl(folder.path(), &["req", "-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "request"], &key);
        let sign = ["x509", "-req", "-in", "request", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
        openssl(folder.path(), &sign, &["-extfile", "names", "-out", "cert.pem"]);
        let url = serve_tls(folder.path());
        Self { folder, url }
    }

    /// Reads the site as its user does, with these certificates.
    fn read(&self, certificates: &str) -> Output {
        self.with(&["snapshot", "--site", &self.url], certificates)
    }

    fn with(&self, words: &[&str], certificates: &str) -> Output {
        crate::place::program()
            .args(words)
            .current_dir(self.folder.path())
            .env("SSL_CERT_FILE", certificates)
            .env_remove("SSL_CERT_DIR")
            .env("PLAN_LOGIN_ORIGIN", &self.url)
            .env("PLAN_LOGIN_USER", "operator")
            .env("PLAN_LOGIN_PASSWORD", SECRET)
            .output()
            .unwrap()
    }
}

fn openssl(folder: &Path, what: &[&str], how: &[&str]) {
    let made = Command::new("openssl").args(what).args(how).current_dir(folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

fn serve_tls(folder: &Path) -> String {
    let chain = CertificateDer::pem_file_iter(folder.join("cert.pem")).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).unwrap();
    let config = Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind("localhost:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let own = url.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = BufReader::new(StreamOwned::new(connection, stream));
            let mut line = String::new();
            // A client that does not trust the certificate hangs up.
            if stream.read_line(&mut line).is_err() {
                continue;
            }
            let mut header = String::new();
            while stream.read_line(&mut header).is_ok_and(|length| length > 2) {
                header.clear();
            }
            let asked = Request { line, headers: vec![format!("Host: {}", own.trim_start_matches("https://"))] };
            let answer = String::from_utf8(wordpress(&asked)).unwrap().replace("http://", "https://");
            // One letter more for each address, so it ends where the connection does.
            let answer =
                answer.lines().filter(|line| !line.starts_with("Content-Length")).collect::<Vec<_>>().join("\r\n");
            let _ = stream.get_mut().write_all(answer.as_bytes());
            stream.get_mut().conn.send_close_notify();
            let _ = stream.get_mut().flush();
        }
    });
    url
}

#[test]
fn a_private_authority_is_trusted_where_the_system_or_ssl_cert_file_names_it() {
    let authority = Authority::new("Ours");
    let trusted = authority.read("ca.pem");
    let said = String::from_utf8_lossy(&trusted.stderr);
    assert!(trusted.status.success(), "{said}");
    assert!(
        String::from_utf8_lossy(&trusted.stdout).contains("\"kind\":\"administrator\",\"key\":\"admin-1\""),
        "{said}"
    );
    // Any other authority is none of those named.
    let other = Authority::new("Others");
    let refused = authority.read(other.folder.path().join("ca.pem").to_str().unwrap());
    assert_eq!(refused.status.code(), Some(3));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_says(&said, &["no secure connection", "mkcert", "SSL_CERT_FILE"]);
    let doctor = |certificates: &str| {
        let ended = authority.with(&["site", "doctor", &authority.url], certificates);
        (ended.status.code(), String::from_utf8(ended.stdout).unwrap())
    };
    let (_, trusted) = doctor("ca.pem");
    assert!(trusted.contains("ok       certificate  this system trusts the authority"), "{trusted}");
    let (code, refused) = doctor(other.folder.path().join("ca.pem").to_str().unwrap());
    assert_eq!(code, Some(1), "{refused}");
    assert_says(&refused, &["wrong    certificate  no secure connection", "cause  ", "SSL_CERT_FILE"]);
    let nothing = authority.read("nothing.pem");
    assert_eq!(nothing.status.code(), Some(3));
    assert_says(
        &String::from_utf8_lossy(&nothing.stderr),
        &["SSL_CERT_FILE is set, and no certificate could be read there"],
    );
}
