//! regorus: a policy in Rego, by its interpreter and by its virtual machine; inputs are built before the clock runs.

use crate::engine::{Asked, Engine};
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::{Rc, Value};
use std::cell::RefCell;

/// Inputs that are built.
pub const INPUTS: usize = 16_384;

/// Answers `rule` of a policy over data given as JSON.
pub fn engines<'w>(policy: &str, rule: &'static str, data: &str, inputs: Vec<Value>) -> Vec<Engine<'w>> {
    let mut engine = regorus::Engine::new();
    engine.add_policy("peers.rego".to_owned(), policy.to_owned()).unwrap();
    let data = Value::from_json_str(data).unwrap();
    let entry: Rc<str> = rule.into();
    let compiled = engine.clone().compile_with_entrypoint(&entry).unwrap();
    let program = Compiler::compile_from_policy(&compiled, &[rule]).unwrap();
    let mut machine = RegoVM::new();
    machine.load_program(program);
    machine.set_data(data.clone()).unwrap();
    engine.add_data(data).unwrap();
    let (engine, machine) = (RefCell::new(engine), RefCell::new(machine));
    let (first, shared) = (inputs.len(), std::rc::Rc::new(inputs));
    let inputs = std::rc::Rc::clone(&shared);
    vec![
        Engine::new("regorus, virtual machine", Asked::Prepared, move |at| {
            let mut machine = machine.borrow_mut();
            machine.set_input(inputs[at].clone());
            machine.execute().unwrap() == Value::from(true)
        })
        .first(first),
        Engine::new("regorus, interpreter", Asked::Prepared, move |at| {
            let mut engine = engine.borrow_mut();
            engine.set_input(shared[at].clone());
            engine.eval_rule(rule.to_owned()).unwrap() == Value::from(true)
        })
        .first(first),
    ]
}
