//! The answers of an operation: its own, and those that every one can give.

use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{Content, HeaderBuilder, Ref, Response, ResponseBuilder, Responses, ResponsesBuilder},
};

use super::values::EntityTag;
use crate::{
    admin::CONSOLE_COOKIE,
    edge::error::Details,
    grant::{Access, Route},
};

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// API Gateway's own answer.
#[derive(Serialize, ToSchema)]
pub(super) struct Message {
    /// What is wrong.
    message: String,
}

/// The answers of one route, put together.
pub(super) struct Answers {
    route: &'static Route,
    responses: ResponsesBuilder,
}

impl Answers {
    /// Those that every route of this kind can give.
    pub(super) fn of(route: &'static Route) -> Self {
        let answers = Self { route, responses: ResponsesBuilder::new() };
        let forbidden = match route.access {
            Access::Open => return answers,
            Access::AnyKey => "The key is not for this place or address.",
            Access::Right(_) => {
                "The key lacks the right, is not for this place or address, or has less than is asked for."
            }
        };
        let both = [problem(), message()];
        answers
            .raw("401", "There is no valid key.", &both)
            .raw("403", forbidden, &both)
            .raw("500", "Something went wrong. The request's id finds it in the log.", &both)
            .raw("503", "The table does not answer.", &both)
    }

    /// A success that shows a `T`.
    pub(super) fn shows<T: ToSchema>(self, status: &str, description: &str) -> Self {
        let response = success::<T>(description).build();
        self.response(status, response)
    }

    /// A success that shows a `T` with its version.
    pub(super) fn shows_version<T: ToSchema>(self, status: &str, description: &str) -> Self {
        let response = success::<T>(description).header("ETag", etag()).build();
        self.response(status, response)
    }

    /// A success that shows a new `T`, with its version and its place.
    pub(super) fn shows_new<T: ToSchema>(self, status: &str, description: &str) -> Self {
        let response = success::<T>(description).header("ETag", etag()).header("Location", location()).build();
        self.response(status, response)
    }

    /// A success that shows a `T` and sets the cookie of a session.
    pub(super) fn begins_session<T: ToSchema>(self, status: &str, description: &str) -> Self {
        let response = success::<T>(description).header("Set-Cookie", cookie("It ends with the session.")).build();
        self.response(status, response)
    }

    /// A success that clears that cookie, and shows nothing.
    pub(super) fn ends_session(self, status: &str, description: &str) -> Self {
        let response = ResponseBuilder::new().description(description).header("Set-Cookie", cookie("It is empty."));
        self.response(status, response.build())
    }

    /// A success that may be kept.
    pub(super) fn shows_public(self, status: &str, description: &str) -> Self {
        let cache = HeaderBuilder::new().description(Some("For how long a copy is good.")).build();
        let object = utoipa::openapi::Object::new();
        let response = ResponseBuilder::new()
            .description(description)
            .content(JSON, Content::new(Some(object)))
            .header("Cache-Control", cache)
            .build();
        self.response(status, response)
    }

    /// A problem that the function tells of.
    pub(super) fn tells(self, status: &str, description: &str) -> Self {
        let mut contents = vec![problem()];
        // API Gateway has its own limit, and its own idea of a path.
        if ["404", "413"].contains(&status) || (status == "400" && self.route.path.contains('{')) {
            contents.push(message());
        }
        self.raw(status, description, &contents)
    }

    /// The same 409 as always, with the key that it is about.
    pub(super) fn tells_of_a_key(self, status: &str, description: &str) -> Self {
        let location = HeaderBuilder::from(location()).description(Some("Where the first one's key is.")).build();
        let (content_type, content) = problem();
        let response = ResponseBuilder::new()
            .description(description)
            .content(content_type, content)
            .header("Location", location)
            .build();
        self.response(status, response)
    }

    pub(super) fn build(self) -> Responses {
        self.responses.build()
    }

    fn raw(self, status: &str, description: &str, contents: &[(&'static str, Content)]) -> Self {
        let response = ResponseBuilder::new().description(description);
        let response = contents
            .iter()
            .fold(response, |response, (content_type, content)| response.content(*content_type, content.clone()));
        self.response(status, response.build())
    }

    fn response(self, status: &str, response: Response) -> Self {
        Self { responses: self.responses.response(status, response), ..self }
    }
}

fn success<T: ToSchema>(description: &str) -> ResponseBuilder {
    let cache = HeaderBuilder::new().description(Some("`no-store`: nothing of it belongs in a cache.")).build();
    ResponseBuilder::new().description(description).content(JSON, content::<T>()).header("Cache-Control", cache)
}

fn content<T: ToSchema>() -> Content {
    Content::new(Some(Ref::from_schema_name(T::name())))
}

fn problem() -> (&'static str, Content) {
    (PROBLEM, content::<Details<'_>>())
}

fn message() -> (&'static str, Content) {
    (JSON, content::<Message>())
}

fn etag() -> utoipa::openapi::Header {
    HeaderBuilder::new()
        .schema(Some(Ref::from_schema_name(EntityTag::name())))
        .description(Some("The version, for `If-Match`."))
        .build()
}

fn cookie(description: &str) -> utoipa::openapi::Header {
    let description = format!("`{CONSOLE_COOKIE}`: `HttpOnly; Secure; SameSite=Strict`. {description}");
    HeaderBuilder::new().description(Some(description)).build()
}

fn location() -> utoipa::openapi::Header {
    HeaderBuilder::new().description(Some("Where the new key is.")).build()
}
