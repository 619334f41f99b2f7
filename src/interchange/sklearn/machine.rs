//! The pickle machine (Python's `pickle`, protocols 0 to 5), which builds values and calls nothing.
//!
//! Each opcode makes at most one value and takes time as its bytes do, so a file of n bytes takes memory and time in
//! proportion to n, whatever it says. The opcodes' names are those of Python's `pickletools`.

use super::input::{PickleInput, latin1, long, quoted, raw_unicode};
use super::joblib;
use super::opcodes as op;
use super::stack::{Memo, Stack};
use super::values::{Id, Object, PyValue, PyValues};
use crate::{Error, Result};

/// Names of modules, and of what they have, are no longer than this.
const MAX_NAME: usize = 1000;

/// What was read of a pickle, as far as it could be.
pub(super) struct Pickle<'a> {
    pub(super) values: PyValues<'a>,
    /// The value that the pickle is, or why there is none.
    pub(super) root: Result<Id>,
    /// Whether Python 2 wrote it.
    pub(super) is_python_2: bool,
}

/// Reads a pickle, and the arrays that joblib put between its bytes.
pub(super) fn run(bytes: &[u8]) -> Pickle<'_> {
    let mut input = PickleInput::new(bytes);
    let mut values = PyValues::new();
    let mut machine = Machine::new(&mut input, &mut values, true);
    let root = machine.run();
    let is_python_2 = machine.is_python_2;
    Pickle { values, root, is_python_2 }
}

struct Machine<'a, 'm> {
    input: &'m mut PickleInput<'a>,
    values: &'m mut PyValues<'a>,
    /// Whether arrays of joblib may follow what describes them.
    joblib: bool,
    stack: Stack,
    memo: Memo,
    is_python_2: bool,
}

impl<'a, 'm> Machine<'a, 'm> {
    fn new(input: &'m mut PickleInput<'a>, values: &'m mut PyValues<'a>, joblib: bool) -> Self {
        Self {
            input,
            values,
            joblib,
            stack: Stack::default(),
            memo: Memo::default(),
            is_python_2: false,
        }
    }

    fn run(&mut self) -> Result<Id> {
        loop {
            let at = self.input.position();
            let opcode = self.input.byte()?;
            if opcode == op::STOP {
                return self.stack.pop();
            }
            self.step(opcode).map_err(|error| {
                let message = error.message();
                Error::model(format!("{message} (opcode {opcode:#04x} at byte {at})"))
            })?;
        }
    }

    fn step(&mut self, opcode: u8) -> Result<()> {
        match opcode {
            op::PROTO => return self.check_protocol(),
            // How many bytes the frame has does not matter here.
            op::FRAME => return self.input.length::<8>().map(drop),
            op::MARK => self.stack.mark(),
            op::POP => return self.stack.drop_one(),
            op::POP_MARK => drop(self.stack.pop_to_mark()?),
            op::DUP => self.stack.push(self.stack.top()?),
            op::MEMOIZE => return self.memorise(self.memo.next()),
            op::BINPUT => {
                let number = self.input.length::<1>()?;
                return self.memorise(number);
            }
            op::LONG_BINPUT => {
                let number = self.input.length::<4>()?;
                return self.memorise(number);
            }
            op::PUT => {
                let number = self.input.number_line()?;
                return self.memorise(number);
            }
            op::APPEND => {
                let item = self.stack.pop()?;
                return self.append(&[item]);
            }
            op::APPENDS | op::ADDITEMS => {
                let items = self.stack.pop_to_mark()?;
                return self.append(&items);
            }
            op::SETITEM => {
                let value = self.stack.pop()?;
                let key = self.stack.pop()?;
                return self.set_items(&[key, value]);
            }
            op::SETITEMS => {
                let items = self.stack.pop_to_mark()?;
                return self.set_items(&items);
            }
            op::BUILD => return self.build(),
            op::READONLY_BUFFER => {}
            _ => {
                let id = self.value(opcode)?;
                self.stack.push(id);
            }
        }
        Ok(())
    }

    /// The value that an opcode puts on the stack.
    fn value(&mut self, opcode: u8) -> Result<Id> {
        let value = match opcode {
            op::NONE => return Ok(Id::NONE),
            op::NEWTRUE => return Ok(Id::TRUE),
            op::NEWFALSE => return Ok(Id::FALSE),
            op::EMPTY_TUPLE => return Ok(Id::EMPTY_TUPLE),
            op::BINGET => return self.memo.get(self.input.length::<1>()?),
            op::LONG_BINGET => return self.memo.get(self.input.length::<4>()?),
            op::GET => return self.memo.get(self.input.number_line()?),
            op::INT => match self.input.text_line()? {
                "00" => return Ok(Id::FALSE),
                "01" => return Ok(Id::TRUE),
                line => decimal(line)?,
            },
            op::LONG => {
                let line = self.input.text_line()?;
                decimal(line.strip_suffix('L').unwrap_or(line))?
            }
            op::BININT => PyValue::Int(i32::from_le_bytes(self.input.array()?).into()),
            op::BININT1 => PyValue::Int(self.input.byte()?.into()),
            op::BININT2 => PyValue::Int(u16::from_le_bytes(self.input.array()?).into()),
            op::LONG1 => integer(self.input.bytes::<1>()?),
            op::LONG4 => integer(self.input.bytes::<4>()?),
            op::FLOAT => PyValue::Float(self.input.number_line()?),
            op::BINFLOAT => PyValue::Float(f64::from_be_bytes(self.input.array()?)),
            op::UNICODE => PyValue::Text(raw_unicode(self.input.line()?)?),
            op::SHORT_BINUNICODE => PyValue::Text(self.input.text::<1>()?.into()),
            op::BINUNICODE => PyValue::Text(self.input.text::<4>()?.into()),
            op::BINUNICODE8 => PyValue::Text(self.input.text::<8>()?.into()),
            op::STRING => {
                self.is_python_2 = true;
                PyValue::Text(quoted(self.input.line()?)?.into())
            }
            op::SHORT_BINSTRING => {
                self.is_python_2 = true;
                PyValue::Text(latin1(self.input.bytes::<1>()?).into())
            }
            op::BINSTRING => {
                self.is_python_2 = true;
                PyValue::Text(latin1(self.input.bytes::<4>()?).into())
            }
            op::SHORT_BINBYTES => PyValue::Bytes(self.input.bytes::<1>()?.into()),
            op::BINBYTES => PyValue::Bytes(self.input.bytes::<4>()?.into()),
            op::BINBYTES8 | op::BYTEARRAY8 => PyValue::Bytes(self.input.bytes::<8>()?.into()),
            op::EMPTY_LIST => PyValue::List(Vec::new()),
            op::EMPTY_DICT => PyValue::Dict(Vec::new()),
            op::EMPTY_SET => PyValue::Set(Vec::new()),
            op::LIST => PyValue::List(self.stack.pop_to_mark()?),
            op::DICT => PyValue::Dict(pairs(&self.stack.pop_to_mark()?)?.collect()),
            op::FROZENSET => PyValue::Set(self.stack.pop_to_mark()?),
            op::TUPLE => PyValue::Tuple(self.stack.pop_to_mark()?),
            op::TUPLE1 => PyValue::Tuple(vec![self.stack.pop()?]),
            op::TUPLE2 => PyValue::Tuple(self.stack.pop_some::<2>()?.into()),
            op::TUPLE3 => PyValue::Tuple(self.stack.pop_some::<3>()?.into()),
            op::PERSID => {
                self.input.line()?;
                PyValue::Persistent
            }
            op::BINPERSID => {
                self.stack.pop()?;
                PyValue::Persistent
            }
            op::EXT1 => PyValue::Extension(self.input.length::<1>()? as u32),
            op::EXT2 => PyValue::Extension(self.input.length::<2>()? as u32),
            op::EXT4 => PyValue::Extension(self.input.length::<4>()? as u32),
            op::NEXT_BUFFER => {
                let message = "the pickle's arrays are in buffers outside of the file";
                return Err(
                    Error::model(message).with_help("dump the model without buffer_callback")
                );
            }
            op::GLOBAL => return self.global_of_lines(),
            op::STACK_GLOBAL => {
                let name = self.stack.pop()?;
                let module = self.stack.pop()?;
                return self.global(module, name);
            }
            _ => return self.call(opcode),
        };
        self.values.push(value)
    }

    /// The record of a call.
    fn call(&mut self, opcode: u8) -> Result<Id> {
        let (callee, arguments) = match opcode {
            op::REDUCE | op::NEWOBJ => {
                let arguments = self.stack.pop()?;
                (self.stack.pop()?, arguments)
            }
            op::NEWOBJ_EX => {
                let named = self.stack.pop()?;
                let arguments = self.stack.pop()?;
                if !matches!(self.values.get(named), PyValue::Dict(named) if named.is_empty()) {
                    return Err(Error::model("an object is made with named arguments"));
                }
                (self.stack.pop()?, arguments)
            }
            op::INST => {
                let class = self.global_of_lines()?;
                let arguments = PyValue::Tuple(self.stack.pop_to_mark()?);
                (class, self.values.push(arguments)?)
            }
            op::OBJ => {
                let mut arguments = self.stack.pop_to_mark()?;
                if arguments.is_empty() {
                    return Err(Error::model("an object has no class"));
                }
                let class = arguments.remove(0);
                (class, self.values.push(PyValue::Tuple(arguments))?)
            }
            _ => return Err(Error::model("it is not a pickle, or is damaged: no such opcode")),
        };
        if self.values.tuple(arguments).is_none() {
            return Err(Error::model("the arguments of a call are not a tuple"));
        }
        let is_new = opcode == op::NEWOBJ || opcode == op::NEWOBJ_EX;
        let object = Object { callee, arguments, is_new, state: None, items: Vec::new() };
        self.values.push(PyValue::Object(Box::new(object)))
    }

    fn global_of_lines(&mut self) -> Result<Id> {
        let module = self.input.text_line()?;
        let module = self.values.push_text(module)?;
        let name = self.input.text_line()?;
        let name = self.values.push_text(name)?;
        self.global(module, name)
    }

    fn global(&mut self, module: Id, name: Id) -> Result<Id> {
        let is_name = |id| self.values.text(id).is_some_and(|text| text.len() <= MAX_NAME);
        if !is_name(module) || !is_name(name) {
            return Err(Error::model("the name of a global is not a text, or too long"));
        }
        self.values.push(PyValue::Global { module, name })
    }

    /// Gives an object its state; behind that of an array of joblib its bytes follow.
    fn build(&mut self) -> Result<()> {
        let state = self.stack.pop()?;
        let id = self.stack.top()?;
        let PyValue::Object(object) = self.values.get_mut(id) else {
            let kind = self.values.get(id).kind();
            return Err(Error::model(format!("{kind} is given a state")));
        };
        if object.state.replace(state).is_some() {
            return Err(Error::model("an object is given a state twice"));
        }
        if self.joblib && joblib::is_wrapper(self.values, id)? {
            let array = match joblib::read_array(self.input, self.values, id)? {
                Some(array) => array,
                None => Machine::new(self.input, self.values, false).run()?,
            };
            self.stack.pop()?;
            self.stack.push(array);
        }
        Ok(())
    }

    fn append(&mut self, items: &[Id]) -> Result<()> {
        let id = self.stack.top()?;
        match self.values.get_mut(id) {
            PyValue::List(list) | PyValue::Set(list) => list.extend(items),
            PyValue::Object(object) => object.items.extend(items),
            other => return Err(Error::model(format!("{} is appended to", other.kind()))),
        }
        Ok(())
    }

    fn set_items(&mut self, items: &[Id]) -> Result<()> {
        let id = self.stack.top()?;
        match self.values.get_mut(id) {
            PyValue::Dict(dict) => dict.extend(pairs(items)?),
            PyValue::Object(object) => object.items.extend(items),
            other => return Err(Error::model(format!("{} is given items", other.kind()))),
        }
        Ok(())
    }

    fn check_protocol(&mut self) -> Result<()> {
        match self.input.byte()? {
            0..=5 => Ok(()),
            protocol => Err(Error::model(format!(
                "the pickle has protocol {protocol}, and 0 to 5 are known"
            ))),
        }
    }

    fn memorise(&mut self, number: u64) -> Result<()> {
        self.memo.set(number, self.stack.top()?, self.input.position())
    }
}

/// Keys with their values.
fn pairs(items: &[Id]) -> Result<impl Iterator<Item = (Id, Id)>> {
    let (pairs, []) = items.as_chunks::<2>() else {
        return Err(Error::model("a key has no value"));
    };
    Ok(pairs.iter().map(|&[key, value]| (key, value)))
}

fn integer(bytes: &[u8]) -> PyValue<'static> {
    long(bytes).map_or(PyValue::BigInt, PyValue::Int)
}

/// An integer in decimal digits.
fn decimal(line: &str) -> Result<PyValue<'static>> {
    if let Ok(value) = line.parse() {
        return Ok(PyValue::Int(value));
    }
    let digits = line.strip_prefix('-').unwrap_or(line);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(PyValue::BigInt);
    }
    Err(Error::model("a number has characters that are no digits"))
}
