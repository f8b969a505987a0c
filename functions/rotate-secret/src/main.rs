//! The Lambda function `rotate-secret`.

fn main() -> Result<(), shared::edge::Error> {
    rotate_secret::serve()
}
