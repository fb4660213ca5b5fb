//! The mails of the demonstration as a page: a list, and each mail as text and as HTML. No sign-in is needed, because the
//! people are made up, the files are public and only this machine can reach it. If anything else is in the database, the page
//! is closed.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Router};
use entity::id::DeliveryId;
use entity::store::delivery::Batch;
use entity::store::demonstration;
use entity::table::{delivery, report};
use entity::value::ReportKind;
use sea_orm::{DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::authentication::failed;
use super::pages;

use crate::pages::demo_mails::{DemoMail, MailWeek, page};
use crate::pages::message::Problem;
use crate::pages::page::Frame;
use crate::request_id::RequestId;

/// The path of the list.
pub const DEMO_MAILS: &str = "/demo/mails";

/// A mail may contain its own styles and pictures. It runs no script, sends no form, loads nothing from elsewhere and does not
/// belong to this origin; its links open.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox";

/// Must be mounted in the demonstration only.
pub(super) fn router(db: DatabaseConnection) -> Router {
    Router::new()
        .route(DEMO_MAILS, get(list))
        .route("/demo/mails/{id}/text", get(text))
        .route("/demo/mails/{id}/html", get(html))
        .layer(middleware::from_fn_with_state(db.clone(), demonstration_only))
        .with_state(db)
}

/// Checks again what `psn demo` checks at its start, because real files may have been imported since.
async fn demonstration_only(
    State(db): State<DatabaseConnection>,
    Extension(id): Extension<RequestId>,
    request: Request,
    next: Next,
) -> Response {
    match demonstration::imports(&db).await {
        Ok(Some(_)) => next.run(request).await,
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(cause) => failed(cause, &id),
    }
}

async fn list(State(db): State<DatabaseConnection>, Extension(id): Extension<RequestId>) -> Response {
    let weeks = match weeks(&db).await {
        Ok(weeks) => weeks,
        Err(cause) => return failed(cause, &id),
    };
    match page(&weeks) {
        Ok(html) => pages::answer(StatusCode::OK, html),
        Err(cause) => {
            tracing::error!(%id, cause, "page could not be rendered");
            pages::refused(Problem::Internal, Frame::default(), &id)
        }
    }
}

async fn text(
    State(db): State<DatabaseConnection>,
    Extension(id): Extension<RequestId>,
    Path(mail): Path<i64>,
) -> Response {
    match part(&db, mail, delivery::Column::TextPart).await {
        Ok(Some(text)) => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(cause) => failed(cause, &id),
    }
}

async fn html(
    State(db): State<DatabaseConnection>,
    Extension(id): Extension<RequestId>,
    Path(mail): Path<i64>,
) -> Response {
    let policy = [(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(MAIL_POLICY))];
    match part(&db, mail, delivery::Column::HtmlPart).await {
        Ok(Some(html)) => (policy, Html(html)).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(cause) => failed(cause, &id),
    }
}

/// Returns the mails of the register, and then those of each week, newest first. The parts of the mails are not loaded, because there are hundreds of them.
async fn weeks(db: &DatabaseConnection) -> Result<Vec<MailWeek>, DbErr> {
    let mut weeks = Vec::new();
    let of_register = listed(db, Batch::Register).await?;
    if !of_register.is_empty() {
        weeks.push(MailWeek { heading: "Nominations and approvals".to_owned(), mails: of_register });
    }
    for report in
        report::Entity::find().order_by_desc(report::Column::Week).order_by_desc(report::Column::Id).all(db).await?
    {
        let heading = match report.kind {
            ReportKind::Weekly => format!("Week {}", report.week),
            ReportKind::Midweek => format!("Week {}, midweek", report.week),
        };
        weeks.push(MailWeek { heading, mails: listed(db, Batch::Report(report.id)).await? });
    }
    Ok(weeks)
}

async fn listed(db: &DatabaseConnection, batch: Batch) -> Result<Vec<DemoMail>, DbErr> {
    let columns = [delivery::Column::Id, delivery::Column::Address, delivery::Column::Subject];
    let own = delivery::Entity::find().filter(batch.condition());
    let own = own.order_by_asc(delivery::Column::Id).select_only().columns(columns);
    let own: Vec<(DeliveryId, Option<String>, String)> = own.into_tuple().all(db).await?;
    let mail = |(id, to, subject): (DeliveryId, Option<String>, String)| DemoMail {
        number: id.to_string(),
        to,
        subject,
        text_path: format!("{DEMO_MAILS}/{id}/text"),
        html_path: format!("{DEMO_MAILS}/{id}/html"),
    };
    Ok(own.into_iter().map(mail).collect())
}

/// Returns one part of one mail.
async fn part(db: &DatabaseConnection, id: i64, column: delivery::Column) -> Result<Option<String>, DbErr> {
    delivery::Entity::find_by_id(DeliveryId(id)).select_only().column(column).into_tuple().one(db).await
}
