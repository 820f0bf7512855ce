use super::{
    fields::Fields,
    node::{Compiler, Form, Node, Unknown},
    place::Place,
    read::{Reader, Scratch},
    room::Room,
    scanner::Syntax,
    violation::Violations,
};
use crate::{
    Fault,
    schema::{Field, Schema},
    table::Table,
};

/// How the arguments of a function are read: made once from its parameters, used for each call.
///
/// ```
/// use toolkit_envelope::{rows::Plan, schema::{Field, Kind, Schema}, table::Values};
///
/// let columns = vec![Field::new("age", Schema::new(Kind::Int64)), Field::new("income", Schema::new(Kind::Float64))];
/// let rows = Field::new("rows", Schema::new(Kind::Frame { columns, index: None }));
/// let plan = Plan::new(&[rows]).expect("the parameters are right");
/// let mut arguments = plan.arguments();
///
/// plan.read(br#"{"rows": [{"age": 41, "income": 2.5}, {"age": 7.0, "income": 0}]}"#, &mut arguments)?;
/// assert_eq!(arguments.tables()[0].rows, 2);
/// assert_eq!(arguments.tables()[0].columns[0].values, Values::Int64(vec![41, 7]));
///
/// let wrong = plan.read(br#"[{"age": 4.5, "incom": 1}]"#, &mut arguments).unwrap_err();
/// let places: Vec<_> = wrong.list.iter().map(|violation| (violation.pointer.as_str(), violation.code)).collect();
/// assert_eq!(places, [("/0/age", "type"), ("/0/incom", "unknown"), ("/0/income", "required")]);
/// # Ok::<(), toolkit_envelope::rows::Violations>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) fields: Fields,
    pub(super) defaults: Vec<Option<Table>>,
    pub(super) empty: Arguments,
    /// Which parameter an array stands for.
    pub(super) only: Option<usize>,
    pub(super) unknown: Unknown,
    room: Room,
}

/// What a function is called with: a table for each parameter. Its memory can be used again.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    pub(super) tables: Vec<Table>,
    given: Vec<bool>,
    pub(super) scratch: Scratch,
}

impl Arguments {
    /// A table for each parameter, in the order of their declaration.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The same, to be filled by other means than JSON.
    pub fn tables_mut(&mut self) -> &mut [Table] {
        &mut self.tables
    }

    /// Removes all values, and keeps the memory.
    pub fn clear(&mut self) {
        self.tables.iter_mut().for_each(Table::clear);
        self.given.fill(false);
    }

    /// How much memory they hold, in bytes, used or not.
    pub(crate) fn reserved(&self) -> usize {
        self.tables.iter().map(Table::reserved).sum::<usize>() + self.scratch.memory.capacity()
    }
}

impl Plan {
    /// The plan for reading these parameters.
    ///
    /// # Errors
    ///
    /// All that is wrong with the parameters, each with its path from the parameter's name on: a name that is there
    /// twice, a default that its own schema does not take, a pattern that is none.
    pub fn new(parameters: &[Field]) -> Result<Self, Vec<Fault>> {
        let mut compiler = Compiler::default();
        let fields = compiler.fields(parameters.iter(), &Place::DOCUMENT, 0);
        let mut empty = Arguments {
            tables: parameters.iter().map(|parameter| Table::of(&parameter.schema)).collect(),
            given: vec![false; parameters.len()],
            scratch: Scratch::default(),
        };
        let mut required = parameters.iter().enumerate().filter(|(_, field)| field.required && field.default.is_none());
        let only = match (required.next(), required.next()) {
            (Some((index, _)), None) => Some(index),
            _ => None,
        };
        if !compiler.faults.is_empty() {
            return Err(compiler.faults);
        }
        let defaults = parameters.iter().zip(&fields.list).map(|(parameter, field)| {
            let text = parameter.default.as_ref()?.to_string();
            let mut table = Table::of(&parameter.schema);
            let mut reader = Reader::new(&text, &mut compiler.scratch, Unknown::Refuse);
            // It was read once already, as the field's default.
            let _ = reader.table(&field.node, &mut table, &Place::DOCUMENT);
            Some(table)
        });
        let defaults = defaults.collect();
        empty.scratch = compiler.scratch;
        Ok(Self { fields, defaults, empty, only, unknown: Unknown::default(), room: Room::default() })
    }

    /// The same plan, with another rule for fields that nobody declared.
    #[must_use]
    pub fn with_unknown(self, unknown: Unknown) -> Self {
        Self { unknown, ..self }
    }

    /// The same plan, with another bound on the cells (rows times columns) of one call; without this, ten million.
    ///
    /// Each takes memory, also where a row says nothing: a column of float64 keeps nine bytes for `{}`.
    #[must_use]
    pub fn with_most_cells(self, most: usize) -> Self {
        Self { room: Room::of(most), ..self }
    }

    /// What [`read`](Self::read) fills: one for each call that runs at the same time, to be used again and again.
    pub fn arguments(&self) -> Arguments {
        self.empty.clone()
    }

    /// Reads the arguments of one call: an object of the parameters by name, or, if just one of them is required, an array
    /// for that one.
    ///
    /// `into` is emptied first, and made anew if it is of another plan.
    ///
    /// # Errors
    ///
    /// All that is wrong, in the order of the text; `into` is empty then. Only text that is not JSON ends the reading.
    pub fn read(&self, json: &[u8], into: &mut Arguments) -> Result<(), Violations> {
        self.prepare(into);
        let Arguments { tables, given, scratch } = into;
        let result = read(json, scratch, self.unknown, self.room, |reader| self.read_all(reader, tables, given));
        if result.is_err() {
            into.clear();
        }
        result
    }

    /// Empties the arguments, or makes them anew if they are of another plan.
    pub(super) fn prepare(&self, into: &mut Arguments) {
        if into.fits(self) {
            into.clear();
        } else {
            *into = self.arguments();
        }
    }

    fn read_all(&self, reader: &mut Reader<'_, '_>, tables: &mut [Table], given: &mut [bool]) -> Result<(), Syntax> {
        let document = Place::DOCUMENT;
        match (reader.scan.peek()?, self.only) {
            (b'{', _) => self.read_object(reader, tables, given)?,
            (b'[', Some(only)) => {
                reader.table(&self.fields.list[only].node, &mut tables[only], &document)?;
                given[only] = true;
            }
            _ => {
                reader.skip()?;
                let names: Vec<_> = self.fields.list.iter().map(|field| format!("`{}`", field.name)).collect();
                reader.note(&document, "type", || format!("must be an object of {}", names.join(", ")).into());
                return Ok(());
            }
        }
        for (index, field) in self.fields.list.iter().enumerate().filter(|(index, _)| !given[*index]) {
            match &self.defaults[index] {
                Some(default) => tables[index].clone_from(default),
                None if field.required => {
                    reader.note(&document.field(&field.name), "required", || "is required".into());
                }
                None => {}
            }
        }
        Ok(())
    }

    fn read_object(&self, reader: &mut Reader<'_, '_>, tables: &mut [Table], given: &mut [bool]) -> Result<(), Syntax> {
        let document = Place::DOCUMENT;
        reader.scan.step();
        if reader.scan.is_empty(b'}')? {
            return Ok(());
        }
        let mut last = None;
        loop {
            match reader.key(&self.fields, &mut last, &document, false)? {
                Some(index) => {
                    let field = &self.fields.list[index];
                    let place = document.field(&field.name);
                    if given[index] {
                        reader.duplicate(&place);
                        reader.skip()?;
                    } else {
                        reader.table(&field.node, &mut tables[index], &place)?;
                        given[index] = true;
                    }
                }
                None => reader.skip()?,
            }
            if !reader.scan.another(b'}')? {
                return Ok(());
            }
        }
    }
}

impl Arguments {
    fn fits(&self, plan: &Plan) -> bool {
        let empty = &plan.empty;
        self.scratch.orders.len() == empty.scratch.orders.len()
            && self.scratch.trials.len() == empty.scratch.trials.len()
            && self.tables.len() == empty.tables.len()
            && self.tables.iter().zip(&empty.tables).all(|(table, empty)| table.is_like(empty))
    }
}

/// How one value of a schema is read, and written: a function's result, say, or a recorded one.
#[derive(Clone, Debug)]
pub struct ValuePlan {
    #[cfg(feature = "arrow")]
    pub(super) schema: Schema,
    pub(super) node: Node,
    empty: Table,
    pub(super) scratch: Scratch,
    room: Room,
}

impl ValuePlan {
    /// The plan for values of `schema`.
    ///
    /// # Errors
    ///
    /// All that is wrong with the schema, each with its path; as for [`Plan::new`].
    pub fn new(schema: &Schema) -> Result<Self, Vec<Fault>> {
        let mut compiler = Compiler::default();
        let node = compiler.node(schema, &Place::DOCUMENT, 0);
        if !compiler.faults.is_empty() {
            return Err(compiler.faults);
        }
        Ok(Self {
            #[cfg(feature = "arrow")]
            schema: schema.clone(),
            node,
            empty: Table::of(schema),
            scratch: compiler.scratch,
            room: Room::default(),
        })
    }

    /// The same plan, with another bound on the cells of one value; as [`Plan::with_most_cells`].
    #[must_use]
    pub fn with_most_cells(self, most: usize) -> Self {
        Self { room: Room::of(most), ..self }
    }

    /// Whether `table` is for values of the plan's schema.
    pub(super) fn fits(&self, table: &Table) -> bool {
        table.is_like(&self.empty)
    }

    /// An empty table for a value.
    pub fn table(&self) -> Table {
        self.empty.clone()
    }

    /// Reads one value; `into` is emptied first, and made anew if it is for another schema.
    ///
    /// # Errors
    ///
    /// All that is wrong, in the order of the text; `into` is empty then. Only text that is not JSON ends the reading.
    pub fn read(&self, json: &[u8], into: &mut Table) -> Result<(), Violations> {
        if self.fits(into) {
            into.clear();
        } else {
            *into = self.table();
        }
        let mut scratch = self.scratch.clone();
        let result = read(json, &mut scratch, Unknown::Refuse, self.room, |reader| {
            reader.table(&self.node, into, &Place::DOCUMENT)
        });
        if result.is_err() {
            into.clear();
        }
        result
    }
}

/// Reads a whole text, and tells of what is wrong with it.
fn read(
    json: &[u8],
    scratch: &mut Scratch,
    unknown: Unknown,
    room: Room,
    all: impl FnOnce(&mut Reader<'_, '_>) -> Result<(), Syntax>,
) -> Result<(), Violations> {
    let text = match str::from_utf8(json) {
        Ok(text) => text,
        Err(error) => {
            let mut violations = Violations::default();
            let syntax = Syntax { at: error.valid_up_to(), message: "expected UTF-8" };
            violations.note_syntax(syntax.told(json));
            return Err(violations);
        }
    };
    let mut reader = Reader { room, ..Reader::new(text, scratch, unknown) };
    let ended = all(&mut reader).and_then(|()| reader.scan.end());
    let mut violations = reader.violations;
    if let Err(syntax) = ended {
        violations.note_syntax(syntax.told(json));
    }
    if violations.is_empty() { Ok(()) } else { Err(violations) }
}

impl Reader<'_, '_> {
    /// Reads what one parameter is given.
    pub(super) fn table(&mut self, node: &Node, table: &mut Table, place: &Place<'_>) -> Result<(), Syntax> {
        let first = self.scan.peek()?;
        table.present = true;
        table.rows = 1;
        let is_null =
            first == b'n' && matches!(node.form, Form::Frame(_) | Form::Series(_) | Form::Struct(_) | Form::Tensor(_));
        match (&node.form, table.columns.as_mut_slice()) {
            _ if is_null => {
                self.scan.word("null")?;
                (table.present, table.rows) = (false, 0);
                if !node.nullable {
                    self.note(place, "null", || format!("must not be null, expected {}", node.form.expected()).into());
                }
            }
            (Form::Frame(fields), columns) if first == b'[' || first == b'{' => {
                table.rows = self.rows(fields, columns, 0, place)?;
            }
            (Form::Series(items), [column]) if first == b'[' => table.rows = self.items(items, column, place, true)?,
            (Form::Struct(fields), columns) if first == b'{' => {
                self.object(fields, columns, 0, place, true)?;
                self.fill(fields, columns, 1, place);
            }
            (Form::Tensor(tensor), [column]) => {
                self.tensor(tensor, column, &mut table.shape, place)?;
                if let Some(None) = tensor.shape.first() {
                    table.rows = table.shape.first().copied().unwrap_or(1);
                }
            }
            (Form::Frame(_) | Form::Series(_) | Form::Struct(_), _) => self.wrong(&node.form.expected(), place)?,
            (_, columns) => {
                for column in columns {
                    self.value(node, column, place)?;
                }
            }
        }
        Ok(())
    }
}

impl Syntax {
    /// What is wrong with the text, and where.
    fn told(&self, json: &[u8]) -> String {
        let before = &json[..self.at.min(json.len())];
        let line = before.split(|byte| *byte == b'\n').count();
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
        format!("is not JSON, at line {line}, column {column}: {}", self.message)
    }
}
