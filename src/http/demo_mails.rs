//! The demonstration's mails, as a page: a list, and each mail as text and as HTML. Its people are made up and its files are
//! public, and only this machine reaches it, so no one signs in for it. Anything else that comes into the database closes it.

use std::fmt::Write as _;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use entity::id::DeliveryId;
use entity::store::demonstration;
use entity::table::{delivery, report};
use sea_orm::{
    ColumnTrait as _, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::sign_in::shown;
use crate::graphql::error::ApiError;

/// Where the list is.
pub const DEMO_MAILS: &str = "/demo/mails";

/// A mail may style itself and show pictures that it brings along. It runs nothing, sends nothing, loads nothing from elsewhere,
/// and is no page of this origin; its links open.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox";

/// It must not be mounted anywhere but in the demonstration.
pub(super) fn router(db: DatabaseConnection) -> Router {
    Router::new()
        .route(DEMO_MAILS, get(list))
        .route("/demo/mails/{id}/text", get(text))
        .route("/demo/mails/{id}/html", get(html))
        .layer(middleware::from_fn_with_state(db.clone(), demonstration_only))
        .with_state(db)
}

/// As at the start of `psn demo`: real files may have been imported since.
async fn demonstration_only(State(db): State<DatabaseConnection>, request: Request, next: Next) -> Response {
    match demonstration::imports(&db).await {
        Ok(Some(_)) => next.run(request).await,
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(cause) => failed(cause),
    }
}

async fn list(State(db): State<DatabaseConnection>) -> Response {
    match weeks(&db).await {
        Ok(weeks) => shown(StatusCode::OK, "Mails", &page(&weeks)),
        Err(cause) => failed(cause),
    }
}

async fn text(State(db): State<DatabaseConnection>, Path(id): Path<i64>) -> Response {
    match part(&db, id, delivery::Column::TextPart).await {
        Ok(Some(text)) => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(cause) => failed(cause),
    }
}

async fn html(State(db): State<DatabaseConnection>, Path(id): Path<i64>) -> Response {
    let policy = [(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(MAIL_POLICY))];
    match part(&db, id, delivery::Column::HtmlPart).await {
        Ok(Some(html)) => (policy, Html(html)).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(cause) => failed(cause),
    }
}

/// A week's mails.
struct Week {
    week: String,
    mails: Vec<Mail>,
}

/// A mail as the list shows it: its number, where it goes, and its subject.
type Mail = (DeliveryId, Option<String>, String);

/// The newest week first. The parts of the mails stay in the database: there are hundreds of them.
async fn weeks(db: &DatabaseConnection) -> Result<Vec<Week>, DbErr> {
    let mut weeks = Vec::new();
    for report in report::Entity::find().order_by_desc(report::Column::Week).all(db).await? {
        let columns = [delivery::Column::Id, delivery::Column::Address, delivery::Column::Subject];
        let own = delivery::Entity::find().filter(delivery::Column::ReportId.eq(report.id));
        let own = own.order_by_asc(delivery::Column::Id).select_only().columns(columns);
        weeks.push(Week { week: report.week, mails: own.into_tuple().all(db).await? });
    }
    Ok(weeks)
}

/// One part of one mail.
async fn part(db: &DatabaseConnection, id: i64, column: delivery::Column) -> Result<Option<String>, DbErr> {
    delivery::Entity::find_by_id(DeliveryId(id)).select_only().column(column).into_tuple().one(db).await
}

fn page(weeks: &[Week]) -> String {
    let mut page = "<h2>Mails of the demonstration</h2>\
        <p>psn writes these every Monday. Nothing was sent: the people are made up, and so are their addresses.</p>"
        .to_owned();
    for Week { week, mails } in weeks {
        // Writing into a String never fails.
        let _ = write!(page, "<h3>{}</h3><ul>", escaped(week));
        for (id, address, subject) in mails {
            let to = address.as_deref().unwrap_or("no one has the post");
            let _ = write!(
                page,
                "<li>{}<br>To {} · <a href=\"{DEMO_MAILS}/{id}/text\">text</a> · <a href=\"{DEMO_MAILS}/{id}/html\">HTML</a></li>",
                escaped(subject),
                escaped(to)
            );
        }
        page += "</ul>";
    }
    if weeks.is_empty() {
        page += "<p>There is none yet.</p>";
    }
    page
}

/// A text of the database as text in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn failed(cause: DbErr) -> Response {
    let error = ApiError::from(cause);
    shown(StatusCode::SERVICE_UNAVAILABLE, "Not now", &format!("<p>{}.</p>", error.sentence()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_mail_says_stands_in_the_list_as_text() {
        let hostile = "\"><script>alert(1)</script>&";
        let mails = vec![(DeliveryId(7), Some(hostile.to_owned()), hostile.to_owned())];
        let page = page(&[Week { week: "2026-W47".to_owned(), mails }]);
        assert!(!page.contains("<script>") && page.contains("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;"));
        assert!(page.contains("href=\"/demo/mails/7/text\"") && page.contains("href=\"/demo/mails/7/html\""), "{page}");
    }
}
