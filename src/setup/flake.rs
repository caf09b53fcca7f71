//! What a flake.nix has, and in which form: read from its syntax, so that comments and strings say
//! nothing. Pure.

use rnix::ast::{AttrSet, BinOpKind, Expr, HasEntry, Lambda, LetIn, Param, Pattern};

use super::syntax::{Scope, attribute, bare, call, enter, key, last_name, parameters, plain, text};

/// A flake.nix that Nix can read.
pub struct Flake {
    pub set: AttrSet,
    /// The inputs that `inputs` declares.
    pub inputs: Vec<Input>,
    /// The function that `outputs` is.
    pub outputs: Option<Lambda>,
    pub form: Form,
}

pub struct Input {
    pub name: String,
    pub url: Option<String>,
}

/// How the outputs come about.
pub enum Form {
    /// `flake-parts.lib.mkFlake { inherit inputs; } <module>`
    Parts { module: Expr, scope: Scope },
    /// `flake-utils.lib.eachDefaultSystem (system: { packages = ...; })`
    EachSystem { lambda: Lambda, scope: Scope },
    /// `{ packages = forAllSystems (system: ...); }`, `{ packages.x86_64-linux.default = ...; }`
    Plain(Plain),
    /// Any other form.
    Other,
}

pub struct Plain {
    pub sets: Vec<AttrSet>,
    pub scope: Scope,
    pub let_in: Option<LetIn>,
    /// All of the sets, joined.
    pub body: Expr,
}

/// The outputs of a flake that have one value for each system.
pub const PER_SYSTEM: &[&str] = &[
    "packages",
    "checks",
    "devShells",
    "apps",
    "formatter",
    "legacyPackages",
    "devShell",
    "defaultPackage",
];

/// `None` where the text is no flake: the sentence says why.
pub fn read(text: &str) -> Result<Flake, String> {
    let parsed = rnix::Root::parse(text);
    if let Some(error) = parsed.errors().first() {
        return Err(error.to_string());
    }
    let Some(Expr::AttrSet(set)) = parsed.tree().expr().map(|expr| bare(&expr)) else {
        return Err("it is no attribute set".to_owned());
    };
    let outputs = set
        .attrpath_values()
        .find(|entry| key(entry) == ["outputs"]);
    let outputs = outputs.and_then(|entry| entry.value());
    let outputs = match outputs.map(|value| enter(&value, &Scope::default()).expr) {
        Some(Expr::Lambda(lambda)) => Some(lambda),
        _ => None,
    };
    let form = match outputs
        .as_ref()
        .and_then(|lambda| Some((lambda, lambda.body()?)))
    {
        Some((lambda, body)) => {
            let mut scope = Scope::default();
            scope.enter_lambda(lambda);
            form_of(&body, &scope).unwrap_or(Form::Other)
        }
        None => Form::Other,
    };
    Ok(Flake {
        inputs: inputs(&set),
        set,
        outputs,
        form,
    })
}

fn inputs(flake: &AttrSet) -> Vec<Input> {
    let mut inputs: Vec<Input> = Vec::new();
    let mut add = |path: &[String], value: Option<Expr>| {
        let Some((name, rest)) = path.split_first() else {
            return;
        };
        let url = match (rest, value.as_ref().map(bare)) {
            ([last], Some(value)) if last == "url" => written(&value),
            ([], Some(Expr::AttrSet(set))) => set
                .attrpath_values()
                .find(|entry| key(entry) == ["url"])
                .and_then(|entry| written(&entry.value()?)),
            _ => None,
        };
        match inputs.iter_mut().find(|input| input.name == *name) {
            Some(known) => known.url = url.or(known.url.take()),
            None => inputs.push(Input {
                name: name.clone(),
                url,
            }),
        }
    };
    for entry in flake.attrpath_values() {
        let path = key(&entry);
        match (path.split_first(), entry.value().as_ref().map(bare)) {
            (Some((first, [])), Some(Expr::AttrSet(set))) if first == "inputs" => {
                for entry in set.attrpath_values() {
                    add(&key(&entry), entry.value());
                }
            }
            (Some((first, rest)), value) if first == "inputs" => add(rest, value),
            _ => {}
        }
    }
    inputs
}

fn written(value: &Expr) -> Option<String> {
    match value {
        Expr::Str(string) => plain(string),
        Expr::Literal(_) => Some(text(value)),
        _ => None,
    }
}

impl Flake {
    /// The input that fetches this repository; failing that, the one of this name.
    pub fn input(&self, repository: &str, name: &str) -> Option<&str> {
        let fetches = |input: &&Input| {
            let url = input
                .url
                .as_deref()
                .unwrap_or_default()
                .to_ascii_lowercase();
            let after = url
                .find(repository)
                .map(|place| &url[place + repository.len()..]);
            after.is_some_and(|after| after.is_empty() || after.starts_with(['/', '?', '.', '#']))
        };
        let by_name = |input: &&Input| input.name == name;
        // A flake may have several versions of a repository, and the name follows one of them.
        let named = self.inputs.iter().find(by_name);
        let named_well = named.filter(|input| input.url.is_none() || fetches(input));
        let input = named_well.or_else(|| self.inputs.iter().find(fetches));
        Some(&input.or(named)?.name)
    }

    /// The pattern of `outputs`.
    pub fn pattern(&self) -> Option<Pattern> {
        match self.outputs.as_ref()?.param()? {
            Param::Pattern(pattern) => Some(pattern),
            Param::IdentParam(_) => None,
        }
    }

    /// The name that all inputs have together, in `outputs = inputs: ...` or `{ self, ... }@inputs: ...`.
    pub fn all_inputs(&self) -> Option<String> {
        match self.outputs.as_ref()?.param()? {
            Param::Pattern(pattern) => pattern.pat_bind()?.ident().map(|ident| text(&ident)),
            Param::IdentParam(param) => param.ident().map(|ident| text(&ident)),
        }
    }
}

fn form_of(expr: &Expr, scope: &Scope) -> Option<Form> {
    let inner = enter(expr, scope);
    match &inner.expr {
        Expr::AttrSet(set) => Some(Form::Plain(Plain {
            sets: vec![set.clone()],
            body: inner.expr.clone(),
            scope: inner.scope,
            let_in: inner.let_in,
        })),
        Expr::BinOp(operation) if operation.operator() == Some(BinOpKind::Update) => {
            let sides = [operation.lhs()?, operation.rhs()?];
            joined(sides.iter(), &inner)
        }
        Expr::Apply(_) => {
            let (head, arguments) = call(&inner.expr);
            let last = arguments.last()?;
            match last_name(&head).as_deref() {
                Some("mkFlake") if arguments.len() > 1 => {
                    return Some(Form::Parts {
                        module: last.clone(),
                        scope: inner.scope,
                    });
                }
                Some("recursiveUpdate") => return joined(arguments.iter(), &inner),
                _ => {}
            }
            let lambda = lambda_of(last, &inner.scope)?;
            let mut scope = inner.scope.clone();
            scope.enter_lambda(&lambda);
            let body = enter(&lambda.body()?, &scope);
            let is_each = last_name(&head).is_some_and(|name| name.starts_with("each"));
            let has_outputs = operands(&body.expr).iter().any(|set| {
                let names = set
                    .attrpath_values()
                    .filter_map(|entry| key(&entry).into_iter().next());
                let inherited = set
                    .inherits()
                    .flat_map(|inherit| inherit.attrs())
                    .map(|attr| attribute(&attr));
                names
                    .chain(inherited)
                    .any(|name| PER_SYSTEM.contains(&&*name))
            });
            (is_each || has_outputs).then(|| Form::EachSystem {
                lambda,
                scope: inner.scope,
            })
        }
        _ => None,
    }
}

/// The form of joined sets: one of them may be made for each system.
fn joined<'e>(sides: impl Iterator<Item = &'e Expr>, inner: &super::syntax::Inner) -> Option<Form> {
    let forms: Vec<Form> = sides
        .filter_map(|side| form_of(side, &inner.scope))
        .collect();
    let mut plain: Option<Plain> = None;
    for form in forms {
        match form {
            Form::Plain(side) => match &mut plain {
                // What is bound inside one side cannot be said outside.
                Some(plain) => plain.sets.extend(side.sets),
                None => plain = Some(side),
            },
            Form::Other => {}
            form => return Some(form),
        }
    }
    let plain = plain?;
    Some(Form::Plain(Plain {
        sets: plain.sets,
        body: inner.expr.clone(),
        scope: inner.scope.clone(),
        let_in: inner.let_in.clone(),
    }))
}

/// A function, where it is written or by its name.
pub fn lambda_of(expr: &Expr, scope: &Scope) -> Option<Lambda> {
    match bare(expr) {
        Expr::Lambda(lambda) => Some(lambda),
        Expr::Ident(_) => match scope.value(&text(&bare(expr))).map(bare) {
            Some(Expr::Lambda(lambda)) => Some(lambda),
            _ => None,
        },
        _ => None,
    }
}

/// The sets that `//` joins.
pub fn operands(expr: &Expr) -> Vec<AttrSet> {
    match bare(expr) {
        Expr::AttrSet(set) => vec![set],
        Expr::BinOp(operation) if operation.operator() == Some(BinOpKind::Update) => {
            let sides = [operation.lhs(), operation.rhs()];
            sides
                .into_iter()
                .flatten()
                .flat_map(|side| operands(&side))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The name of the system in a function for each system.
pub fn system_of(lambda: &Lambda) -> Option<String> {
    let names = parameters(lambda);
    match &names[..] {
        [name] if matches!(lambda.param(), Some(Param::IdentParam(_))) => Some(name.clone()),
        names => names.iter().find(|name| *name == "system").cloned(),
    }
}
