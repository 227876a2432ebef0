use std::path::PathBuf;

use tonic::transport::Certificate;

use crate::Failure;

/// PEM files: server.pem, server.key, client.pem and client.key, each certificate signed by itself.
pub struct Tls {
    pub mutual: bool,
    pub folder: PathBuf,
}

impl Tls {
    pub fn read(&self, name: &str) -> Result<Vec<u8>, Failure> {
        Ok(std::fs::read(self.folder.join(name))?)
    }

    pub fn certificate(&self, name: &str) -> Result<Certificate, Failure> {
        Ok(Certificate::from_pem(self.read(name)?))
    }
}
