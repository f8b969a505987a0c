//! How `build/modules.rs` joins modules: held here, as a build script has no tests.

use std::collections::BTreeMap;

#[path = "../../build/modules.rs"]
mod modules;

use modules::joined;

fn sources(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, source)| ((*path).to_owned(), (*source).to_owned())).collect()
}

fn error(source: &str) -> String {
    let all = sources(&[("app.js", source), ("b.js", "export const b = 1;\n")]);
    joined(&all, "app.js").map(|joined| joined.text).unwrap_err()
}

#[test]
fn a_module_comes_after_what_it_imports_and_takes_it_from_there() {
    let all = sources(&[
        ("app.js", "/** Says hello. */\nimport { one, two as other } from \"./ui/both.js\";\nother(one);\n"),
        (
            "ui/both.js",
            "/**\n * Both.\n */\nimport lib from \"../vendor/lib.js\";\nimport {\n  deep,\n} from \"./deep.js\";\n\nexport {\n  \
             deep as two,\n};\nexport { h } from \"../vendor/lib.js\";\nexport const one = lib(1);\n",
        ),
        ("ui/deep.js", "export async function deep() {}\nexport class Deeper {}\n"),
        ("unused.js", "export const unused = 1;\n"),
    ]);
    let joined = joined(&all, "app.js").unwrap();
    assert_eq!(joined.modules, ["ui/deep.js", "ui/both.js", "app.js"]);
    assert_eq!(
        joined.text,
        "import * as other_0 from \"./vendor/lib.js\";\n\
         // ui/deep.js\nconst module_0 = (() => {\nasync function deep() {}\nclass Deeper {}\nreturn { deep: deep, Deeper: Deeper };\n})();\n\
         // ui/both.js\nconst module_1 = (() => {\nconst lib = other_0.default;\nconst { deep: deep } = module_0;\n\nconst one = lib(1);\n\
         return { two: deep, h: other_0.h, one: one };\n})();\n\
         // app.js\nconst module_2 = (() => {\nconst { one: one, two: other } = module_1;\nother(one);\nreturn {  };\n})();\n"
    );
}

#[test]
fn what_would_mean_something_else_stops_the_build() {
    for source in [
        "export let changing = 1;\n",
        "export var changing = 1;\n",
        "export default 1;\n",
        "export * from \"./b.js\";\n",
        "export const { a, b } = c;\n",
        "import * as all from \"./b.js\";\n",
        "import both, { b } from \"./b.js\";\n",
        "import \"./b.js\";\n",
        "import { b } from './b.js';\n",
        "import { b } from \"b.js\";\n",
        "import { b } from \"../b.js\";\n",
        "import { b } from \"./b.js\"\n",
        "import{b}from\"./b.js\";\n",
        "import { 'a b' as b } from \"./b.js\";\n",
        "const later = () => import(\"./b.js\");\n",
        "await something();\n",
        "/** There is no end to this.\n",
    ] {
        let error = error(source);
        assert!(error.starts_with("page/app.js: "), "{source}: {error}");
    }
}

#[test]
fn a_circle_of_imports_stops_the_build() {
    let all = sources(&[
        ("app.js", "import { a } from \"./a.js\";\n"),
        ("a.js", "import { b } from \"./b.js\";\nexport const a = 1;\n"),
        ("b.js", "import { a } from \"./a.js\";\nexport const b = 1;\n"),
    ]);
    assert_eq!(joined(&all, "app.js").err().as_deref(), Some("page/a.js imports itself, by way of others"));
    assert_eq!(joined(&all, "c.js").err().as_deref(), Some("page/c.js is imported, and not there"));
}

#[test]
fn an_address_of_its_own_is_right_at_the_top_alone() {
    let meta = "export const logo = new URL(\"./logo.svg\", import.meta.url);\n";
    assert!(joined(&sources(&[("app.js", meta)]), "app.js").is_ok());
    let below = sources(&[("app.js", "import { logo } from \"./ui/logo.js\";\n"), ("ui/logo.js", meta)]);
    assert!(joined(&below, "app.js").err().unwrap().starts_with("page/ui/logo.js: import.meta"));
}
