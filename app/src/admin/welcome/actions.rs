//! What the form behind a link does.

use engine::people::Introduction;
use leptos::prelude::*;

use crate::admin::AdminError;
use crate::admin::session::{AdminContext, address, done, start_session};

/// Makes the account or sets the password, and signs its owner in.
#[server(prefix = "/admin/api", endpoint = "welcome")]
pub async fn introduce(
    secret: String,
    #[server(default)] email: String,
    #[server(default)] name: String,
    password: String,
    repeat: String,
) -> Result<(), AdminError> {
    same(&password, &repeat)?;
    let people = expect_context::<AdminContext>().people;
    let introduction = Introduction {
        email: &email,
        name: &name,
        password: &password,
    };
    let person = people.introduce(&secret, introduction, address()).await?;
    start_session(&person).await?;
    done("/admin", "welcome");
    Ok(())
}

/// Refuses a password that was not typed twice alike.
pub(in crate::admin) fn same(password: &str, repeat: &str) -> Result<(), AdminError> {
    if password == repeat {
        Ok(())
    } else {
        Err(AdminError::invalid(
            "repeat",
            "is not the same; type the password again in both fields",
        ))
    }
}
