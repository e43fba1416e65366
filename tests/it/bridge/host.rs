//! The processes of a site, killed and started again as a host does it; and a terminal on which a run waits meanwhile.

use std::fs;
use std::io::Read as _;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use super::Site;
use crate::typed::of_its_own;

/// What of a site's can be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Server {
    Php,
    Database,
}

/// The processes with this variable in their environment whose names begin so.
pub(super) fn processes(variable: &str, name: &str) -> Vec<String> {
    let all = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
    let is_one = |id: &String| {
        let read = |file: &str| fs::read(format!("/proc/{id}/{file}")).unwrap_or_default();
        read("comm").starts_with(name.as_bytes())
            && read("environ").split(|byte| *byte == 0).any(|found| found == variable.as_bytes())
    };
    all.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())).filter(is_one).collect()
}

/// Kills them all at once.
pub(super) fn kill(processes: &[String]) {
    if !processes.is_empty() {
        // One may have ended by itself.
        let _ = Command::new("kill").arg("-KILL").args(processes).stderr(Stdio::null()).status().unwrap();
    }
}

/// Who runs a site's servers.
pub(super) struct Host<'s> {
    site: &'s Site,
    variable: String,
    started: Vec<Child>,
}

impl<'s> Host<'s> {
    pub(super) fn of(site: &'s Site) -> Self {
        let variable = format!("PLAN_STAGING_SITE={}", site.staging.dir().canonicalize().unwrap().display());
        Self { site, variable, started: Vec::new() }
    }

    pub(super) fn kills(&mut self, server: Server) {
        let name = if server == Server::Php { "php" } else { "mariadbd" };
        let found = processes(&self.variable, name);
        assert!(!found.is_empty(), "no {name} runs for {}", self.variable);
        kill(&found);
        self.started.iter_mut().filter(|child| found.contains(&child.id().to_string())).for_each(|child| {
            child.wait().unwrap();
        });
        self.started.retain(|child| !found.contains(&child.id().to_string()));
        // One that dies loses its port last, and whoever comes after it could not have that.
        let lives = |id: &String| {
            let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
            status.lines().any(|line| line.starts_with("State:") && !line.contains('Z') && !line.contains('X'))
        };
        let began = Instant::now();
        while found.iter().any(lives) {
            assert!(began.elapsed() < Duration::from_secs(30), "{found:?} do not die");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Starts it again, where it was, and waits until it answers.
    pub(super) fn starts(&mut self, server: Server) {
        let dir = self.site.staging.dir();
        let mut command = match server {
            Server::Php => {
                let mut php = Command::new("/usr/bin/php");
                php.arg("-c").arg(dir.join("php.ini")).args(["-S", self.address(), "-t"]);
                php.arg(fs::read_to_string(dir.join("core")).unwrap()).arg(dir.join("router.php"));
                php.env("PHP_CLI_SERVER_WORKERS", "4");
                php
            }
            Server::Database => {
                let mut database = Command::new("/usr/sbin/mariadbd");
                database.arg(format!("--defaults-file={}", dir.join("my.cnf").display()));
                database
            }
        };
        let (name, value) = self.variable.split_once('=').unwrap();
        command.env(name, value).env("WP_ENVIRONMENT_TYPE", "local");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.started.push(command.spawn().unwrap());
        let began = Instant::now();
        while !self.answers(server) {
            assert!(began.elapsed() < Duration::from_secs(30), "{server:?} does not come up");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn address(&self) -> &str {
        self.site.staging.url().trim_start_matches("http://")
    }

    fn answers(&self, server: Server) -> bool {
        match server {
            Server::Php => TcpStream::connect(self.address()).is_ok(),
            Server::Database => {
                self.site.mariadb().args(["-e", "DO 1"]).stderr(Stdio::null()).status().unwrap().success()
            }
        }
    }
}

impl Drop for Host<'_> {
    fn drop(&mut self) {
        for child in &mut self.started {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A command line on a terminal, and what it shows as it comes.
pub(super) fn watched(command: &Command) -> (Child, Receiver<Vec<u8>>) {
    let mut child = of_its_own(command, (3600, "-qec", "exec "));
    let mut out = child.stdout.take().unwrap();
    let (sent, shown) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = out.read(&mut bytes) {
            drop(sent.send(bytes[..read].to_vec()));
        }
    });
    (child, shown)
}

/// Waits until this is shown; all that was shown until then, each gap in it as one blank.
#[track_caller]
pub(super) fn shows(shown: &Receiver<Vec<u8>>, words: &str) -> String {
    let (mut all, began) = (String::new(), Instant::now());
    loop {
        let text = all.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.contains(words) {
            return text;
        }
        let more = shown.recv_timeout(Duration::from_secs(60));
        let more = more.unwrap_or_else(|why| panic!("`{words}` is not shown ({why}):\n{all}"));
        all.push_str(&String::from_utf8_lossy(&more));
        assert!(began.elapsed() < Duration::from_secs(120), "`{words}` is not shown:\n{all}");
    }
}
