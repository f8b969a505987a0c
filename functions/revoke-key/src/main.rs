//! The Lambda function `revoke-key`.

fn main() -> Result<(), shared::edge::Error> {
    shared::edge::serve(revoke_key::handle)
}
