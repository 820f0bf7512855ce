use toolkit::prelude::*;

struct Secret(u32);

#[dependency]
fn secret() -> Secret {
    Secret(1)
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

#[get("/computed")]
fn computed(#[depends(secret)] #[trace] secret: Secret) -> u32 {
    secret.0
}

fn main() {}
