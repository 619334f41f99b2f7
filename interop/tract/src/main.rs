//! `tract FILE MATRIX WIDTH OUTPUTS`: the numbers that tract makes of the rows of a matrix, which is a file of `f32`.

use std::error::Error;
use std::io::Write;

use tract_onnx::prelude::*;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, file, matrix, width, n_outputs] = &arguments[..] else {
        return Err("give a file, a matrix, its width and the number of outputs".into());
    };
    let (width, n_outputs): (usize, usize) = (width.parse()?, n_outputs.parse()?);
    let bytes = std::fs::read(matrix)?;
    let values: Vec<f32> =
        bytes.chunks_exact(4).map(|word| f32::from_le_bytes(word.try_into().unwrap())).collect();
    let n_rows = values.len() / width;
    // Texts are left out.
    let names = ["probabilities", "value"];
    let mut model = tract_onnx::onnx().model_for_path(file)?;
    let output = names.into_iter().find(|name| model.find_outlet_label(name).is_some() || model.node_by_name(name).is_ok());
    model = model.with_output_names([output.ok_or("there is no output of numbers")?])?;
    model.set_input_fact(0, f32::fact([n_rows, width]).into())?;
    let plan = model.into_optimized()?.into_runnable()?;
    let input: Tensor = tract_ndarray::Array2::from_shape_vec((n_rows, width), values)?.into();
    let outputs = plan.run(tvec!(input.into()))?;
    let numbers = outputs[0].cast_to::<f64>()?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for row in numbers.as_slice::<f64>()?.chunks(n_outputs) {
        let texts: Vec<String> = row.iter().map(|number| format!("{number:?}")).collect();
        writeln!(out, "{}", texts.join(" "))?;
    }
    Ok(())
}
