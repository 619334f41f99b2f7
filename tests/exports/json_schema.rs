//! As much of JSON Schema (draft 2020-12) as `schemas/forest-model.schema.json` has; any other keyword is an error.

use serde_json::Value;

/// What is wrong with a value, and where.
pub(super) fn violation(
    schema: &Value,
    root: &Value,
    value: &Value,
    place: &str,
) -> Option<String> {
    let keywords = match schema {
        Value::Bool(is_allowed) => {
            return (!is_allowed).then(|| format!("{place} must not be there"));
        }
        schema => schema.as_object().unwrap(),
    };
    let inside = |schema: &Value, value: &Value, place: &str| violation(schema, root, value, place);
    keywords.iter().find_map(|(keyword, wanted)| {
        let holds = match &**keyword {
            "$schema" | "$id" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let schema = root.pointer(wanted.as_str().unwrap().strip_prefix('#').unwrap());
                return inside(schema.unwrap(), value, place);
            }
            "type" => match wanted {
                Value::Array(types) => types.iter().any(|wanted| is_of_type(value, wanted)),
                wanted => is_of_type(value, wanted),
            },
            "const" => value == wanted,
            "enum" => wanted.as_array().unwrap().contains(value),
            "anyOf" => wanted
                .as_array()
                .unwrap()
                .iter()
                .any(|schema| inside(schema, value, place).is_none()),
            "minimum" => value.as_f64().is_none_or(|value| value >= wanted.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|value| value <= wanted.as_f64().unwrap()),
            "minItems" => {
                value.as_array().is_none_or(|items| items.len() as u64 >= wanted.as_u64().unwrap())
            }
            "required" => value.as_object().is_none_or(|fields| {
                wanted
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|name| fields.contains_key(name.as_str().unwrap()))
            }),
            "properties" => {
                let fields = value.as_object().into_iter().flatten();
                return fields
                    .filter_map(|(name, value)| Some((wanted.get(name)?, name, value)))
                    .find_map(|(schema, name, value)| {
                        inside(schema, value, &format!("{place}.{name}"))
                    });
            }
            "additionalProperties" => {
                assert_eq!(*wanted, Value::Bool(false));
                let known = &keywords["properties"];
                value
                    .as_object()
                    .is_none_or(|fields| fields.keys().all(|name| known.get(name).is_some()))
            }
            "prefixItems" => {
                let items = value.as_array().into_iter().flatten();
                return items
                    .zip(wanted.as_array().unwrap())
                    .find_map(|(value, schema)| inside(schema, value, place));
            }
            "items" => {
                let n_before = keywords
                    .get("prefixItems")
                    .map_or(0, |before| before.as_array().unwrap().len());
                let items = value.as_array().into_iter().flatten().enumerate().skip(n_before);
                return items
                    .map(|(at, value)| (format!("{place}[{at}]"), value))
                    .find_map(|(place, value)| inside(wanted, value, &place));
            }
            unknown => panic!("the keyword {unknown} is not known here"),
        };
        (!holds).then(|| format!("{place} is against '{keyword}'"))
    })
}

fn is_of_type(value: &Value, wanted: &Value) -> bool {
    match wanted.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        unknown => panic!("{unknown} is no type"),
    }
}
