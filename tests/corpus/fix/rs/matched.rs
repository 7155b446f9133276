enum Stage {
    Live,
    Test,
}

fn key(stage: &Stage) -> String {
    match stage {
        Stage::Live => String::from("@KEY@"),
        Stage::Test => "none".to_string(),
    }
}

fn main() {
    for stage in [Stage::Live, Stage::Test] {
        println!("{}", key(&stage).chars().rev().collect::<String>());
    }
}
