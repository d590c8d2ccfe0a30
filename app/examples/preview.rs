//! Writes a page with every type of block and an error page, to look at a change of the design
//! without a server:
//!
//! ```text
//! cargo run -p app --features ssr --example preview -- target/preview
//! ```

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use app::landing::{LandingPage, NoticePage, render, render_notice};
use domain::{PageContent, SiteSettings};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("name the folder to write to")?;
    let folder = Path::new(&folder);
    let site: SiteSettings =
        serde_json::from_str(include_str!("../tests/landing/content/site.json"))?;
    let content: PageContent =
        serde_json::from_str(include_str!("../tests/landing/content/full_page.json"))?;
    let page = render(&LandingPage {
        site: &site,
        content: &content,
        locale: site.default_locale,
        path: &"/product".parse()?,
        base_url: "https://freightwise.example",
        locales: &site.locales,
    });
    let notice = render_notice(&NoticePage {
        site: &site,
        locale: site.default_locale,
        status: 404,
        heading: "There is no page here",
        text: "The address may be misspelt, or the page has moved. These pages do exist:",
        links: &[
            ("Product".to_owned(), "/product".to_owned()),
            ("Pricing".to_owned(), "/pricing".to_owned()),
        ],
        reference: None,
    });
    fs::create_dir_all(folder)?;
    fs::write(folder.join("page.html"), page)?;
    fs::write(folder.join("notice.html"), notice)?;
    Ok(())
}
