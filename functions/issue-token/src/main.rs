//! The Lambda function `issue-token`.

fn main() -> Result<(), shared::edge::Error> {
    shared::edge::serve(issue_token::handle)
}
