//! What a path holds, as far as a build can tell.

/// What a path holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pub form: Form,
    /// BLAKE3 of the content; of a link, of where it leads, as written.
    pub hash: [u8; 32],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    File,
    Executable,
    Link,
}

impl Identity {
    pub fn new(form: Form, content: &[u8]) -> Self {
        Self {
            form,
            hash: *blake3::hash(content).as_bytes(),
        }
    }
}
