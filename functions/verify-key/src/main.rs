//! The Lambda function `verify-key`.

fn main() -> Result<(), shared::edge::Error> {
    shared::edge::serve(verify_key::handle)
}
