//! The Lambda function `authorizer`.

// Most of what it takes to read a key from the table is to make and drop small things.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), shared::edge::Error> {
    authorizer::serve()
}
