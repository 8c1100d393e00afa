//! Each code of FunctionGraph's documented tables is known, and is provoked by a test or said not to be.

use crate::codes;
use std::fs;
use std::path::Path;

/// The documented codes, by their HTTP status. Source: FunctionGraph API Reference, "Error Codes".
const DOCUMENTED: &[(u16, &str)] = &[
    (
        400,
        "0400 1001 1002 1003 1004 1005 1006 1007 1008 1009 1010 1011 1012 1013 1014 1015 1016 1017 1018 1019 1020 1021 \
         1024 1026 1027 1031 1032 1034 1035 1036 1037 1038 1039 1074 1075 1078 1091 1092 1093 1101 1102 1106 1107 1109 \
         1112 1113 1114 1116 1117 1221 1303 1306 1307 1309 1310 1317 1318 1404 1405 1417",
    ),
    (401, "0401 1118"),
    (
        403,
        "0403 1040 1041 1042 1043 1045 1046 1047 1048 1049 1068 1069 1073 1094 1096 1121 1122 1123 1124 1125 1126 1127 \
         1128 1154",
    ),
    (
        404,
        "0404 1050 1051 1052 1053 1054 1055 1056 1059 1060 1070 1131 1137 1138 1140",
    ),
    (406, "0406"),
    (408, "0408"),
    (409, "0409 1061 1062 1063 1065 1066 1146 1147 1148"),
    (410, "0410"),
    (412, "1033 1090 1095 1153"),
    (413, "0413 1071 1072 1201"),
    (424, "0424"),
    (426, "0426"),
    (428, "0428"),
    (429, "0429"),
    (500, "0500 1162 1202 1302"),
    (502, "0502 1319"),
    (503, "0503 1115 1169 1401 1402 1403"),
    (504, "0504"),
];

/// Codes that no request to the local cloud is answered with, and why.
const NEVER: &[(&str, &str)] = &[
    (
        "0408 0409 0410 0424 0426 0428 0502 0504",
        "which request gets them is not known",
    ),
    (
        "1013 1027",
        "FSS.1011 and FSS.1004 say the same of the local cloud's requests",
    ),
    ("1031 1065", "creating a dependency that exists adds a version to it"),
    ("1034 1035 1401 1402 1403", "the local cloud runs no images"),
    ("1068 1069 1070 1073 1074", "test events are not served"),
    (
        "1102 1106 1112 1113 1114 1115 1116 1117 1123 1153 1169",
        "such triggers are not served",
    ),
    ("1124", "the local cloud does not count a gateway's APIs"),
    (
        "1140",
        "a timer that is not there is answered by FSS.1131, as Terraform expects of every trigger but a gateway's",
    ),
    (
        "1307 1319",
        "FSS.1148, FSS.1146 and FSS.1317 say it of the triggers that are served",
    ),
    ("1042", "it takes 10 GB of code"),
    ("1045", "how many dependencies an account may have is not known"),
    ("1046", "there is one account"),
    ("1040 1050 1095 1096", "the local cloud has no file systems"),
    ("1047 1048 1090", "there is one VPC, with one subnet, always active"),
    ("1055 1059 1060", "applications and templates are not served"),
    (
        "1118 1121 1122 1125 1126 1127 1128 1303 1310",
        "the account may do everything",
    ),
    (
        "1162 1202 1302",
        "the local cloud's writes take effect at once, and a failed one is FSS.0500",
    ),
];

fn words(list: &[(&str, &str)]) -> Vec<String> {
    list.iter()
        .flat_map(|(codes, _)| codes.split_whitespace())
        .map(str::to_owned)
        .collect()
}

/// The text of every test of the control plane but this one.
fn tests() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/local/control");
    let mut text = String::new();
    for entry in fs::read_dir(folder.join("tests")).unwrap() {
        let path = entry.unwrap().path();
        if !path.ends_with("function_codes.rs") {
            text += &fs::read_to_string(path).unwrap();
        }
    }
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_file() {
            let file = fs::read_to_string(entry).unwrap();
            text += file.split("#[cfg(test)]").nth(1).unwrap_or_default();
        }
    }
    text
}

#[test]
fn each_documented_code_is_known_with_its_status() {
    for (status, list) in DOCUMENTED {
        for number in list.split_whitespace() {
            let code = format!("FSS.{number}");
            let entry = codes::find(&code).unwrap_or_else(|| panic!("{code} is not in the catalogue"));
            assert_eq!(entry.status, *status, "{code}");
        }
    }
}

#[test]
fn each_documented_code_is_provoked_by_a_test_or_cannot_be() {
    let never = words(NEVER);
    let tests = tests();
    let documented = DOCUMENTED.iter().flat_map(|(_, list)| list.split_whitespace());
    let mut wrong = Vec::new();
    for number in documented {
        let provoked = tests.contains(&format!("FSS.{number}"));
        match (provoked, never.iter().any(|own| own == number)) {
            (false, false) => wrong.push(format!("FSS.{number}: no test provokes it, and nothing says why")),
            (true, true) => wrong.push(format!(
                "FSS.{number}: a test provokes it, and it is said that none can"
            )),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
