use hayro_syntax::Pdf; use hayro_syntax::object::*;
fn main(){ let f=std::env::args().nth(1).unwrap(); let n:u32=std::env::args().nth(2).unwrap().parse().unwrap();
let pdf=Pdf::new(std::fs::read(f).unwrap()).unwrap();
let d=pdf.xref().get::<Object>(ObjectIdentifier::new(n,0)); 
let s=format!("{:?}", d); println!("{}",&s[..s.len().min(3000)]);
if let Some(Object::Dict(d))=d { println!("{:?}", d.get::<Array>("ByteRange").map(|a|a.iter::<i32>().collect::<Vec<_>>())); println!("{:?}", d.get::<hayro_syntax::object::String>("Contents").map(|s|s.as_bytes().len())); println!("{:?}",d.get::<Name>("FT")); println!("{:?}",d.get::<Dict>("V").and_then(|d|d.obj_id()));}
let c=pdf.xref().get::<Dict>(pdf.xref().root_id()).unwrap(); println!("{:?}", c.get::<Dict>("AcroForm"));
}
