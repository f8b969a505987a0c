//! The Lambda function `audit-log`.

fn main() -> Result<(), shared::edge::Error> {
    shared::edge::serve(audit_log::handle)
}
