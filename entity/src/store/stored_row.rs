//! Converts a row of any table to JSON and back, to store what a change overwrites.

use chrono::NaiveDate;
use sea_orm::sea_query::ArrayType;
use sea_orm::{
    ActiveModelTrait, DbErr, EntityTrait, IdenStatic as _, Iterable as _, ModelTrait as _, PrimaryKeyToColumn as _,
    Value,
};
use serde_json::{Map, Value as Json};

/// Returns the key column of a table.
pub fn id_column<E: EntityTrait>() -> E::Column {
    E::PrimaryKey::iter().next().map(|key| key.into_column()).expect("every table has a key")
}

/// Returns the key of a row.
pub fn id<E: EntityTrait>(row: &E::Model) -> Result<i64, DbErr> {
    match row.get(id_column::<E>()) {
        Value::BigInt(Some(id)) => Ok(id),
        other => Err(DbErr::Type(format!("a row whose key is {other:?} cannot be kept"))),
    }
}

/// Converts a row to JSON, by column.
pub fn to_json<E: EntityTrait>(row: &E::Model) -> Result<Json, DbErr> {
    let cell = |column: E::Column| Ok((column.as_str().to_owned(), value_to_json(row.get(column))?));
    E::Column::iter().map(cell).collect::<Result<Map<_, _>, DbErr>>().map(Json::Object)
}

/// Converts the JSON of [`to_json`] back to a row that can be written.
pub fn from_json<E, A>(json: &Json) -> Result<A, DbErr>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E>,
{
    let mut row = A::default();
    for column in E::Column::iter() {
        // A column that is newer than the stored row takes its default.
        let Some(cell) = json.get(column.as_str()) else { continue };
        let value = value_from_json(&E::Model::get_value_type(column), cell)
            .ok_or_else(|| DbErr::Type(format!("{} was kept as {cell}", column.as_str())))?;
        row.set(column, value);
    }
    Ok(row)
}

/// Converts a value of a type that the tables use. Any other type is an error at the first change that would store it.
fn value_to_json(value: Value) -> Result<Json, DbErr> {
    Ok(match value {
        Value::Bool(value) => value.into(),
        Value::SmallInt(value) => value.into(),
        Value::Int(value) => value.into(),
        Value::BigInt(value) => value.into(),
        Value::String(value) => value.into(),
        Value::ChronoDate(value) => value.map(|day| day.to_string()).into(),
        other => return Err(DbErr::Type(format!("{other:?} cannot be kept"))),
    })
}

fn value_from_json(kind: &ArrayType, json: &Json) -> Option<Value> {
    let null = json.is_null();
    let integer = || json.as_i64();
    Some(match kind {
        ArrayType::Bool => Value::Bool(if null { None } else { Some(json.as_bool()?) }),
        ArrayType::SmallInt => Value::SmallInt(if null { None } else { Some(i16::try_from(integer()?).ok()?) }),
        ArrayType::Int => Value::Int(if null { None } else { Some(i32::try_from(integer()?).ok()?) }),
        ArrayType::BigInt => Value::BigInt(if null { None } else { Some(integer()?) }),
        ArrayType::String => Value::String(if null { None } else { Some(json.as_str()?.to_owned()) }),
        ArrayType::ChronoDate => {
            let day = || json.as_str()?.parse::<NaiveDate>().ok();
            Value::ChronoDate(if null { None } else { Some(day()?) })
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::id::{PersonId, PostId, UnitId};
    use crate::period::Day;
    use crate::table::post;
    use sea_orm::TryIntoModel as _;

    use super::*;

    #[test]
    fn every_column_type_round_trips() {
        let full = post::Model {
            id: PostId(7),
            person_id: PersonId(1),
            unit_id: UnitId(2),
            assignment: Some("0001-1".to_owned()),
            job_title: None,
            job_family: Some("Nursing & \"Midwifery\"".to_owned()),
            band: None,
            line_manager_id: Some(PersonId(3)),
            wte: 86,
            contract_type: None,
            bank: true,
            valid_from: Day::new(2024, 2, 29),
            valid_to: None,
        };
        let json = to_json::<post::Entity>(&full).unwrap();
        let back: post::ActiveModel = from_json::<post::Entity, _>(&json).unwrap();
        assert_eq!(back.try_into_model().unwrap(), full);
        assert_eq!(id::<post::Entity>(&full).unwrap(), 7);
        let broken = serde_json::json!({ "id": "seven" });
        assert!(from_json::<post::Entity, post::ActiveModel>(&broken).is_err());
    }
}
