//! Both databases have the tables that the code was compiled against, and the same rules.

use std::collections::BTreeSet;

use authara_storage::StoreOptions;
use authara_storage::testing::stores;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Integer, Nullable, Text};
use diesel::sqlite::SqliteConnection;

use crate::raw;

const SCHEMA: &str = include_str!("../../src/schema.rs");

/// A table, whichever way it was learnt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Table {
    name: String,
    key: Vec<String>,
    columns: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Column {
    name: String,
    kind: String,
    is_nullable: bool,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct SqliteColumn {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Integer)]
    is_required: i32,
    #[diesel(sql_type = Integer)]
    key_position: i32,
}

#[derive(QueryableByName)]
struct PostgresColumn {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    is_nullable: String,
    #[diesel(sql_type = Nullable<Text>)]
    collation: Option<String>,
}

/// A reference: which column of which table points at which table, and what a deletion does.
#[derive(QueryableByName, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Reference {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    via: String,
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = Text)]
    on_delete: String,
}

/// The tables of `schema.rs`, in alphabetical order.
fn compiled() -> Vec<Table> {
    let mut tables: Vec<Table> =
        SCHEMA.split("diesel::table! {").skip(1).map(|block| read_table(block).expect(block)).collect();
    tables.sort();
    tables
}

/// Reads `use ..; name (key, ..) { column -> Type, .. }`.
fn read_table(block: &str) -> Option<Table> {
    let (block, _) = block.split_once("\n}")?;
    let mut lines = block.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("use "));
    let (name, key) = lines.next()?.split_once(" (")?;
    let (key, _) = key.split_once(')')?;
    let mut columns = Vec::new();
    for line in lines {
        let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ") else { continue };
        let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
        columns.push(Column {
            name: column.to_owned(),
            kind: inner.unwrap_or(kind).to_owned(),
            is_nullable: inner.is_some(),
        });
    }
    let key = key.split(", ").map(str::to_owned).collect();
    Some(Table { name: name.to_owned(), key, columns })
}

/// `compiled`, with each type as the database names it.
fn expected(kind_of: fn(&str) -> Option<&'static str>) -> Vec<Table> {
    let mut tables = compiled();
    for column in tables.iter_mut().flat_map(|table| &mut table.columns) {
        column.kind = kind_of(&column.kind).expect(&column.kind).to_owned();
    }
    tables
}

fn sqlite_kind(kind: &str) -> Option<&'static str> {
    match kind {
        "BigInt" | "Instant" => Some("INTEGER"),
        "Text" => Some("TEXT"),
        "Id" | "Binary" => Some("BLOB"),
        _ => None,
    }
}

fn postgres_kind(kind: &str) -> Option<&'static str> {
    match kind {
        "BigInt" => Some("bigint"),
        "Instant" => Some("timestamp with time zone"),
        "Text" => Some("text"),
        "Id" => Some("uuid"),
        "Binary" => Some("bytea"),
        _ => None,
    }
}

fn sqlite_names(conn: &mut SqliteConnection, query: &str) -> Vec<String> {
    let rows: Vec<Name> = sql_query(query).load(conn).expect("the catalogue is read");
    rows.into_iter().map(|row| row.name).collect()
}

fn postgres_names(conn: &mut PgConnection, query: &str) -> Vec<String> {
    let rows: Vec<Name> = sql_query(query).load(conn).expect("the catalogue is read");
    rows.into_iter().map(|row| row.name).collect()
}

fn sqlite_tables(conn: &mut SqliteConnection) -> Vec<Table> {
    let tables = sqlite_names(
        conn,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         AND name <> '__diesel_schema_migrations' ORDER BY name",
    );
    let read = |name: String| {
        let rows: Vec<SqliteColumn> = sql_query(
            "SELECT name, type AS kind, \"notnull\" AS is_required, pk AS key_position
             FROM pragma_table_info(?) ORDER BY cid",
        )
        .bind::<Text, _>(name.as_str())
        .load(conn)
        .expect("the columns are read");
        let mut key: Vec<&SqliteColumn> = rows.iter().filter(|row| row.key_position > 0).collect();
        key.sort_by_key(|row| row.key_position);
        let key = key.into_iter().map(|row| row.name.clone()).collect();
        let columns = rows
            .into_iter()
            .map(|row| Column { name: row.name, kind: row.kind, is_nullable: row.is_required == 0 })
            .collect();
        Table { name, key, columns }
    };
    tables.into_iter().map(read).collect()
}

fn postgres_columns(conn: &mut PgConnection, table: &str) -> Vec<PostgresColumn> {
    sql_query(
        "SELECT column_name::text AS name, data_type::text AS kind, is_nullable::text AS is_nullable,
                collation_name::text AS collation
         FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
    )
    .bind::<Text, _>(table)
    .load(conn)
    .expect("the columns are read")
}

fn postgres_table_names(conn: &mut PgConnection) -> Vec<String> {
    postgres_names(
        conn,
        "SELECT tablename::text AS name FROM pg_tables
         WHERE schemaname = current_schema() AND tablename <> '__diesel_schema_migrations'
         ORDER BY tablename::text COLLATE \"C\"",
    )
}

fn postgres_tables(conn: &mut PgConnection) -> Vec<Table> {
    let names = postgres_table_names(conn);
    let read = |name: String| {
        let key: Vec<Name> = sql_query(
            "SELECT k.column_name::text AS name FROM information_schema.table_constraints c
             JOIN information_schema.key_column_usage k
             USING (constraint_schema, constraint_name, table_schema, table_name)
             WHERE c.constraint_type = 'PRIMARY KEY' AND table_schema = current_schema() AND table_name = $1
             ORDER BY k.ordinal_position",
        )
        .bind::<Text, _>(name.as_str())
        .load(conn)
        .expect("the key is read");
        let columns = postgres_columns(conn, &name)
            .into_iter()
            .map(|row| Column { name: row.name, kind: row.kind, is_nullable: row.is_nullable == "YES" })
            .collect();
        Table { name, key: key.into_iter().map(|row| row.name).collect(), columns }
    };
    names.into_iter().map(read).collect()
}

fn sqlite_references(conn: &mut SqliteConnection) -> BTreeSet<Reference> {
    let rows: Vec<Reference> = sql_query(
        "SELECT m.name AS child, f.\"from\" AS via, f.\"table\" AS parent, f.on_delete AS on_delete
         FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
    )
    .load(conn)
    .expect("the references are read");
    rows.into_iter().collect()
}

fn postgres_references(conn: &mut PgConnection) -> BTreeSet<Reference> {
    let rows: Vec<Reference> = sql_query(
        "SELECT child.relname::text AS child, a.attname::text AS via, parent.relname::text AS parent,
                CASE c.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'NO ACTION' END AS on_delete
         FROM pg_constraint c
         JOIN pg_class child ON child.oid = c.conrelid
         JOIN pg_class parent ON parent.oid = c.confrelid
         JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
         WHERE c.contype = 'f' AND c.connamespace = current_schema()::text::regnamespace",
    )
    .load(conn)
    .expect("the references are read");
    rows.into_iter().collect()
}

#[test]
fn the_reader_of_the_schema_file_misses_nothing() {
    let tables = compiled();
    assert_eq!(tables.len(), SCHEMA.matches("diesel::table!").count());
    let columns: usize = tables.iter().map(|table| table.columns.len()).sum();
    assert_eq!(columns, SCHEMA.matches(" -> ").count() - SCHEMA.matches("joinable!").count());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn both_catalogues_are_what_the_code_was_compiled_against() {
    for test in stores().await {
        let name = test.store.name();
        let (found, wanted) = match &test.database.options {
            StoreOptions::Sqlite(options) => (sqlite_tables(&mut raw::sqlite(options)), expected(sqlite_kind)),
            StoreOptions::Postgres(options) => (postgres_tables(&mut raw::postgres(options)), expected(postgres_kind)),
        };
        assert_eq!(found, wanted, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn both_catalogues_have_the_same_references() {
    let mut found = Vec::new();
    for test in stores().await {
        let name = test.store.name();
        let references = match &test.database.options {
            StoreOptions::Sqlite(options) => sqlite_references(&mut raw::sqlite(options)),
            StoreOptions::Postgres(options) => postgres_references(&mut raw::postgres(options)),
        };
        let is_to_changes = |one: &Reference| one.child == "changes" || one.parent == "changes";
        assert!(!references.is_empty(), "{name}");
        assert!(!references.iter().any(is_to_changes), "{name}: the feed tells of what is gone");
        found.push(references);
    }
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn both_catalogues_have_the_same_named_indexes() {
    let mut found = Vec::new();
    for test in stores().await {
        let name = test.store.name();
        let indexes = match &test.database.options {
            StoreOptions::Sqlite(options) => sqlite_names(
                &mut raw::sqlite(options),
                "SELECT name FROM sqlite_schema WHERE type = 'index'
                 AND name NOT LIKE 'sqlite_autoindex%' ORDER BY name",
            ),
            StoreOptions::Postgres(options) => postgres_names(
                &mut raw::postgres(options),
                "SELECT i.relname::text AS name FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
                 WHERE i.relnamespace = current_schema()::text::regnamespace
                 AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.contype IN ('p', 'u'))
                 ORDER BY i.relname::text COLLATE \"C\"",
            ),
        };
        assert!(indexes.len() >= 10, "{name}: {indexes:?}");
        found.push(indexes);
    }
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s157_every_table_on_sqlite_is_strict() {
    for test in stores().await {
        let StoreOptions::Sqlite(options) = &test.database.options else { continue };
        let strict = sqlite_names(
            &mut raw::sqlite(options),
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 1 ORDER BY name",
        );
        let wanted: Vec<String> = compiled().into_iter().map(|table| table.name).collect();
        assert_eq!(strict, wanted, "{}", test.store.name());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s126_text_on_postgres_is_compared_as_bytes() {
    for test in stores().await {
        let StoreOptions::Postgres(options) = &test.database.options else { continue };
        let mut conn = raw::postgres(options);
        for table in postgres_table_names(&mut conn) {
            for column in postgres_columns(&mut conn, &table) {
                let wanted = (column.kind == "text").then_some("C");
                assert_eq!(column.collation.as_deref(), wanted, "{table}.{}", column.name);
            }
        }
    }
}
