//! From the OpenAPI document to what its page shows.

use app::api_docs::{ApiDocs, Field, Operation, Parameter, ProblemKind, Status};
use utoipa::openapi::path::{Operation as Endpoint, Parameter as Described};
use utoipa::openapi::schema::{ArrayItems, SchemaType};
use utoipa::openapi::{Components, OpenApi, RefOr, Required, Response, Schema, Type};

use super::super::document::NEWEST;
use super::super::problem::Kind;

/// Reads the document of a site that visitors reach at `base_url`. What always answers in the
/// newest version is mentioned where its version is described.
pub(super) fn read(document: &OpenApi, base_url: &str) -> ApiDocs {
    let empty = Components::default();
    let components = document.components.as_ref().unwrap_or(&empty);
    let mut described: Vec<(&String, &'static str, &Endpoint)> = document
        .paths
        .paths
        .iter()
        .filter(|(path, _)| !NEWEST.iter().any(|(newest, _)| newest == path))
        .filter_map(|(path, item)| {
            let get = item.get.as_ref().map(|endpoint| ("GET", endpoint));
            let post = item.post.as_ref().map(|endpoint| ("POST", endpoint));
            let (method, endpoint) = get.or(post)?;
            Some((path, method, endpoint))
        })
        .collect();
    // Paths come in the order of the alphabet; tags in the order of interest.
    let tags = document.tags.as_deref().unwrap_or_default();
    described.sort_by_key(|(_, _, endpoint)| {
        let tag = endpoint.tags.iter().flatten().next();
        tags.iter().position(|known| Some(&known.name) == tag)
    });
    ApiDocs {
        title: document.info.title.clone(),
        version: document.info.version.clone(),
        description: document.info.description.clone().unwrap_or_default(),
        base_url: base_url.to_owned(),
        operations: described
            .into_iter()
            .map(|(path, method, endpoint)| operation(path, method, endpoint, components))
            .collect(),
        problems: Kind::ALL.map(problem).to_vec(),
    }
}

fn operation(
    path: &str,
    method: &'static str,
    endpoint: &Endpoint,
    components: &Components,
) -> Operation {
    let newest = NEWEST.iter().find(|(_, described)| *described == path);
    let responses = &endpoint.responses.responses;
    let answer = responses.get("200").and_then(own);
    let content = answer.and_then(|answer| answer.content.values().find_map(own));
    let schema = content.and_then(|content| content.schema.as_ref());
    Operation {
        id: endpoint.operation_id.clone().unwrap_or_default(),
        method,
        path: path.to_owned(),
        newest: newest.map(|(newest, _)| (*newest).to_owned()),
        summary: endpoint.summary.clone().unwrap_or_default(),
        description: endpoint.description.clone().unwrap_or_default(),
        needs_token: endpoint.security.is_some(),
        parameters: endpoint
            .parameters
            .iter()
            .flatten()
            .filter_map(own)
            .map(parameter)
            .collect(),
        statuses: responses
            .iter()
            .filter_map(|(code, response)| status(code, own(response)?))
            .collect(),
        headers: answer.map(headers).unwrap_or_default(),
        fields: schema.map_or_else(Vec::new, |schema| fields(schema, components, "")),
        answer: content
            .and_then(|content| content.example.as_ref())
            .and_then(|example| serde_json::to_string_pretty(example).ok()),
    }
}

fn problem(kind: Kind) -> ProblemKind {
    ProblemKind {
        id: kind.id().to_owned(),
        status: kind.status().as_u16(),
        title: kind.title().to_owned(),
        advice: kind.advice().to_owned(),
    }
}

fn parameter(described: &Described) -> Parameter {
    // The example is not public in the typed document.
    let json = serde_json::to_value(described).unwrap_or_default();
    let example = match &json["example"] {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    Parameter {
        name: described.name.clone(),
        required: described.required == Required::True,
        description: described.description.clone().unwrap_or_default(),
        example,
    }
}

fn status(code: &str, response: &Response) -> Option<Status> {
    Some(Status {
        code: code.parse().ok()?,
        description: response.description.clone(),
    })
}

fn headers(response: &Response) -> Vec<Field> {
    response
        .headers
        .iter()
        .filter_map(|(name, header)| {
            Some(Field {
                name: name.clone(),
                kind: String::new(),
                description: own(header)?.description.clone().unwrap_or_default(),
            })
        })
        .collect()
}

/// The fields of an object and of the objects inside it, dotted.
fn fields(schema: &RefOr<Schema>, components: &Components, prefix: &str) -> Vec<Field> {
    let Some(Schema::Object(object)) = resolve(schema, components) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (name, property) in &object.properties {
        let path = format!("{prefix}{name}");
        let (inner, list, nullable) = inside(property);
        let resolved = resolve(inner, components);
        let mut kind = resolved.map_or("any", kind).to_owned();
        if list {
            kind = format!("list of {kind}s");
        }
        if nullable || resolved.is_some_and(is_nullable) {
            kind.push_str(" or null");
        }
        found.push(Field {
            name: path.clone(),
            kind,
            description: description(property)
                .or_else(|| description(inner))
                .or_else(|| resolved.and_then(own_description))
                .unwrap_or_default()
                .to_owned(),
        });
        let mark = if list { "[]." } else { "." };
        found.extend(fields(inner, components, &format!("{path}{mark}")));
    }
    found
}

/// What a property holds: the schema inside a list or beside null.
fn inside(property: &RefOr<Schema>) -> (&RefOr<Schema>, bool, bool) {
    match property {
        RefOr::T(Schema::Array(array)) => match &array.items {
            ArrayItems::RefOrSchema(items) => (&**items, true, false),
            ArrayItems::False => (property, false, false),
        },
        RefOr::T(Schema::OneOf(choice)) => {
            let other = choice
                .items
                .iter()
                .find(|item| matches!(item, RefOr::Ref(_)));
            (other.unwrap_or(property), false, other.is_some())
        }
        other => (other, false, false),
    }
}

fn kind(schema: &Schema) -> &'static str {
    let Schema::Object(object) = schema else {
        return "any";
    };
    let name = |schema_type: &Type| match schema_type {
        Type::Object => "object",
        Type::String => "text",
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Array => "list",
        Type::Null => "null",
    };
    match &object.schema_type {
        SchemaType::Type(one) => name(one),
        SchemaType::Array(several) => several.first().map_or("any", name),
        SchemaType::AnyValue => "any",
    }
}

fn is_nullable(schema: &Schema) -> bool {
    let Schema::Object(object) = schema else {
        return false;
    };
    matches!(&object.schema_type, SchemaType::Array(several) if several.contains(&Type::Null))
}

fn description(schema: &RefOr<Schema>) -> Option<&str> {
    match schema {
        RefOr::Ref(reference) => {
            Some(reference.description.as_str()).filter(|text| !text.is_empty())
        }
        RefOr::T(schema) => own_description(schema),
    }
}

fn own_description(schema: &Schema) -> Option<&str> {
    match schema {
        Schema::Object(object) => object.description.as_deref(),
        Schema::Array(array) => array.description.as_deref(),
        Schema::OneOf(choice) => choice.description.as_deref(),
        _ => None,
    }
}

fn resolve<'a>(schema: &'a RefOr<Schema>, components: &'a Components) -> Option<&'a Schema> {
    match schema {
        RefOr::T(schema) => Some(schema),
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next()?;
            own(components.schemas.get(name)?)
        }
    }
}

/// The thing itself; our document refers to nothing but schemas.
fn own<T>(described: &RefOr<T>) -> Option<&T> {
    match described {
        RefOr::T(thing) => Some(thing),
        RefOr::Ref(_) => None,
    }
}
