//! The resources of an IAM policy: what a key may call, said in IAM's wildcards.
//!
//! API Gateway's result cache may hold a policy against requests that the authorizer never sees, so a policy allows no
//! path that the key's routes do not reach. That takes more than naming the routes: IAM's `*` spans slashes, and
//! `GET/orders/*`, meant for `GET /orders/{id}`, is `GET/orders/1/items` too. Hence each wildcard that reaches too far
//! comes with a Deny of the same resource with `*/*` in its place. Denies may take from other routes, and where they
//! would, the later route is left out.
//!
//! Paths are compared as API Gateway spells them in the ARN. This module refuses to know keys, events and admin routes.

use shared::grant::{RoutePattern, Segment};

/// IAM takes no longer resource here.
pub(crate) const MAX_RESOURCE: usize = 512;
/// At most so many bytes of resources: a policy has 8 KiB as JSON, with what stands around them.
const MAX_RESOURCES: usize = 8 * 1024 - 512;

/// What a policy allows, and what it denies of that: an explicit Deny wins.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Resources {
    pub(crate) allow: Vec<String>,
    pub(crate) deny: Vec<String>,
}

/// The resources of `called`, the route of the present request, and of those among `others` that a policy can hold
/// beside it and each other, earlier ones first; less the `forbidden` routes.
///
/// A request of `called` is allowed, unless
/// - it is one of a forbidden route that overlaps `called`, or would be if a `{x}` of that were several segments; or
/// - `called` ends in a wildcard for the rest, and the request would still be one of `called` if a `{x}` with a literal
///   behind it were several segments. `GET /{x}/a/*` is not allowed `GET /1/a/2/a/3`.
///
/// IAM cannot say better. `None` when `called` does not fit: then nothing may be allowed.
pub(crate) fn covering<'r>(
    stage_arn: &str,
    called: &'r RoutePattern,
    others: impl IntoIterator<Item = &'r RoutePattern>,
    forbidden: impl IntoIterator<Item = &'r RoutePattern>,
) -> Option<Resources> {
    let (others, forbidden): (Vec<_>, Vec<_>) = (others.into_iter().collect(), forbidden.into_iter().collect());
    let is_root = |route: &RoutePattern| route.segments().is_empty() && !route.is_greedy();
    let is_free = |route: &RoutePattern| !forbidden.iter().any(|forbidden| forbidden.overlaps(route));
    let roots = others.iter().copied().filter(|other| is_root(other) && is_free(other)).collect();
    let mut draft = Draft::new(stage_arn, roots, forbidden);
    let addition = draft.addition(called)?;
    draft.take(called, addition);
    for other in others {
        if draft.accepted.iter().any(|accepted| accepted.covers(other)) {
            continue;
        }
        if let Some(addition) = draft.addition(other).filter(|addition| !draft.conflicts(other, addition)) {
            draft.take(other, addition);
        }
    }
    Some(draft.resources)
}

/// Whether a path is spelled in a way that a backend may take for another one.
pub(crate) fn is_twisted(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let has_dots = path.split('/').any(|segment| [".", ".."].contains(&segment));
    has_dots || path.contains("//") || path.contains("%2e") || path.contains("%2f")
}

/// The resources of such paths.
pub(crate) fn twisted(stage_arn: &str) -> impl Iterator<Item = String> {
    let spellings = ["*/.", "*/./*", "*/..", "*/../*", "*//*", "*%2e*", "*%2E*", "*%2f*", "*%2F*"];
    spellings.into_iter().map(move |spelling| format!("{stage_arn}/{spelling}"))
}

/// A part of a method and path, between slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part<'r> {
    /// This text.
    Literal(&'r str),
    /// One segment of any text. No resource can say it.
    One,
    /// One or more segments of any text: IAM's `*`.
    Several,
}

type Parts<'r> = Vec<Part<'r>>;

/// A Deny, and on whose account it is there.
struct Denied<'r> {
    parts: Parts<'r>,
    /// The forbidden route that it denies; otherwise it cuts a wildcard of an accepted one short.
    forbidden: Option<&'r RoutePattern>,
}

/// What one more route would add to a policy.
struct Addition<'r> {
    resources: Resources,
    denied: Vec<Denied<'r>>,
    size: usize,
}

/// A policy in the making.
struct Draft<'d, 'r> {
    stage_arn: &'d str,
    /// The granted routes of the path "/", accepted or not.
    roots: Vec<&'r RoutePattern>,
    /// Those that nothing accepted overlaps yet.
    forbidden: Vec<&'r RoutePattern>,
    accepted: Vec<&'r RoutePattern>,
    denied: Vec<Denied<'r>>,
    resources: Resources,
    size: usize,
}

impl<'d, 'r> Draft<'d, 'r> {
    fn new(stage_arn: &'d str, roots: Vec<&'r RoutePattern>, forbidden: Vec<&'r RoutePattern>) -> Self {
        // A `*` may also be nothing, which no segment is: `GET/orders/*` is not to be `GET/orders/` or `GET/orders//1`.
        // The path "/" alone has a slash at its end.
        let deny = vec![format!("{stage_arn}/*//*"), format!("{stage_arn}/*/*/")];
        // Whoever writes the policy denies the twisted paths as well.
        let size = deny.iter().cloned().chain(twisted(stage_arn)).map(|resource| json_size(&resource)).sum();
        let resources = Resources { allow: Vec::new(), deny };
        Self { stage_arn, roots, forbidden, accepted: Vec::new(), denied: Vec::new(), resources, size }
    }

    /// What `route` adds, if that fits: its own resources, and those of the forbidden routes that it is the first to
    /// overlap.
    fn addition(&self, route: &'r RoutePattern) -> Option<Addition<'r>> {
        let allow = elastic(route);
        let cuts = allow.iter().flat_map(|parts| cuts(parts, route.is_greedy()));
        let cuts = cuts.chain(self.root_cuts(&allow)).map(|parts| Denied { parts, forbidden: None });
        let overlapped = self.forbidden.iter().filter(|forbidden| forbidden.overlaps(route));
        let forbidden = overlapped.flat_map(|forbidden| {
            elastic(forbidden).into_iter().map(|parts| Denied { parts, forbidden: Some(*forbidden) })
        });
        let denied: Vec<_> = cuts.chain(forbidden).collect();
        let resources = Resources {
            allow: allow.iter().map(|parts| self.resource(parts)).collect(),
            deny: denied.iter().map(|denied| self.resource(&denied.parts)).collect(),
        };
        let all = || resources.allow.iter().chain(&resources.deny);
        let size = all().map(|resource| json_size(resource)).sum();
        let fits = self.size + size <= MAX_RESOURCES && all().all(|resource| resource.len() <= MAX_RESOURCE);
        fits.then_some(Addition { resources, denied, size })
    }

    /// `GET/*` is the path "/" too, which is to be denied unless another route grants it.
    fn root_cuts(&self, allow: &[Parts<'r>]) -> Vec<Parts<'r>> {
        let reaches_root = |parts: &&Parts<'r>| matches!(parts.as_slice(), [_, Part::Several]);
        let cut = |parts: &Parts<'r>| match parts.first() {
            Some(Part::Literal(method)) => self.roots_of(&[method]),
            _ if self.roots.is_empty() => vec![vec![Part::One]],
            _ => self.roots_of(&RoutePattern::METHODS),
        };
        allow.iter().filter(reaches_root).flat_map(cut).collect()
    }

    /// The path "/" with those of the methods for which nothing grants it.
    fn roots_of(&self, methods: &[&'r str]) -> Vec<Parts<'r>> {
        let is_granted = |method: &str| self.roots.iter().any(|root| root.matches(method, "/"));
        methods.iter().filter(|method| !is_granted(method)).map(|method| vec![Part::Literal(method)]).collect()
    }

    /// Whether a request of `route` falls under a Deny that is there already, or one of an accepted route under a Deny
    /// that `route` brings. What a forbidden route takes from one that overlaps it is taken for good reason.
    fn conflicts(&self, route: &RoutePattern, addition: &Addition<'_>) -> bool {
        let own = requests(route);
        let is_due = |denied: &Denied<'_>| denied.forbidden.is_some_and(|forbidden| forbidden.overlaps(route));
        self.denied.iter().any(|denied| !is_due(denied) && takes_from(&denied.parts, &own))
            || self.accepted.iter().any(|accepted| {
                let theirs = requests(accepted);
                addition.denied.iter().any(|denied| takes_from(&denied.parts, &theirs))
            })
    }

    /// Accepts the route.
    fn take(&mut self, route: &'r RoutePattern, addition: Addition<'r>) {
        self.size += addition.size;
        self.resources.allow.extend(addition.resources.allow);
        self.resources.deny.extend(addition.resources.deny);
        self.forbidden.retain(|forbidden| !forbidden.overlaps(route));
        self.accepted.push(route);
        self.denied.extend(addition.denied);
    }

    fn resource(&self, parts: &[Part<'_>]) -> String {
        let mut resource = self.stage_arn.to_owned();
        for part in parts {
            resource.push('/');
            resource.push_str(match part {
                Part::Literal(text) => text,
                Part::One | Part::Several => "*",
            });
        }
        // The path "/" has no segments.
        if parts.len() == 1 {
            resource.push('/');
        }
        resource
    }
}

/// The bytes of a resource in JSON: with its quotes and a comma. Nothing in it needs an escape.
const fn json_size(resource: &str) -> usize {
    resource.len() + 3
}

/// Exactly the requests of a route.
fn requests(route: &RoutePattern) -> Parts<'_> {
    let method = route.method().map_or(Part::One, Part::Literal);
    let segments = route.segments().iter().map(|segment| match segment {
        Segment::Literal(text) => Part::Literal(text),
        Segment::Any => Part::One,
    });
    [method].into_iter().chain(segments).chain(route.is_greedy().then_some(Part::Several)).collect()
}

/// A route in wildcards that take more than they should: the resources to allow, or to deny, for it.
///
/// Any method becomes each of them, because a `*` would have to be cut short too, and `ANY /orders` would then be at
/// odds with `ANY /orders/{id}`. Only where nothing but wildcards follows, up to one for the rest, does it reach no
/// further than it should.
fn elastic(route: &RoutePattern) -> Vec<Parts<'_>> {
    let stretched = |part| if part == Part::One { Part::Several } else { part };
    let path: Parts<'_> = requests(route).into_iter().skip(1).map(stretched).collect();
    let with = |method| [method].into_iter().chain(path.iter().copied()).collect();
    match route.method() {
        Some(method) => vec![with(Part::Literal(method))],
        None if route.is_greedy() && path.iter().all(|part| *part == Part::Several) => vec![with(Part::Several)],
        None => RoutePattern::METHODS.into_iter().map(|method| with(Part::Literal(method))).collect(),
    }
}

/// What `elastic` parts reach beyond their route: for each wildcard, the same with one more segment in its place.
///
/// In a path as long as the pattern, each wildcard takes one segment. In a longer one, one of them takes several, and
/// that is right only of the rest, or, what comes to the same, of wildcards with nothing but wildcards up to the rest.
fn cuts<'r>(parts: &[Part<'r>], is_greedy: bool) -> Vec<Parts<'r>> {
    let last_literal = parts.iter().rposition(|part| matches!(part, Part::Literal(_)));
    let stretch = if is_greedy { last_literal.unwrap_or(0) } else { parts.len() };
    let wildcards = parts.iter().enumerate().take(stretch).filter(|(_, part)| **part == Part::Several);
    let cut = |(index, _)| {
        let (before, after) = (parts.iter().take(index), parts.iter().skip(index));
        before.chain([&Part::Several]).chain(after).copied().collect()
    };
    wildcards.map(cut).collect()
}

/// Whether a Deny takes a request of a route. As a resource, `GET/*` is the path "/" too.
fn takes_from(denied: &[Part<'_>], requests: &[Part<'_>]) -> bool {
    meet(denied, requests) || matches!((denied, requests), ([method, Part::Several], [_]) if meet(&[*method], requests))
}

/// Whether some request is one of both.
fn meet(ours: &[Part<'_>], theirs: &[Part<'_>]) -> bool {
    let agree = |one: Part<'_>, other: Part<'_>| match (one, other) {
        (Part::Literal(one), Part::Literal(other)) => one == other,
        _ => true,
    };
    // row[n]: whether those of our parts that are done, and n of theirs, can have taken the same segments.
    let mut row = vec![false; theirs.len() + 1];
    if let Some(start) = row.first_mut() {
        *start = true;
    }
    for our in ours {
        let mut next = Vec::with_capacity(row.len());
        let (mut both_done, mut ours_goes_on) = (false, false);
        for (reached, their) in row.iter().zip(theirs) {
            let takes = (*reached || ours_goes_on) && agree(*our, *their);
            next.push(both_done || (takes && *their == Part::Several));
            both_done = takes;
            ours_goes_on = takes && *our == Part::Several;
        }
        next.push(both_done);
        if !next.contains(&true) {
            return false;
        }
        row = next;
    }
    row.last() == Some(&true)
}

#[cfg(test)]
mod tests;
