@main struct M { static func main() throws {
if CommandLine.arguments.contains("1") { print("== 1"); try snippet1() }
if CommandLine.arguments.contains("2") { print("== 2"); try snippet2() }
if CommandLine.arguments.contains("3") { print("== 3"); try snippet3() }
if CommandLine.arguments.contains("4") { print("== 4"); try snippet4() }
if CommandLine.arguments.contains("5") { print("== 5"); try snippet5() }
if CommandLine.arguments.contains("6") { print("== 6"); try snippet6() }
if CommandLine.arguments.contains("8") { print("== 8"); try snippet8() }
if CommandLine.arguments.contains("9") { print("== 9"); try snippet9() }
if CommandLine.arguments.contains("10") { print("== 10"); try snippet10() }
if CommandLine.arguments.contains("11") { print("== 11"); try snippet11() }
if CommandLine.arguments.contains("12") { print("== 12"); try snippet12() }
if CommandLine.arguments.contains("13") { print("== 13"); try snippet13() }
if CommandLine.arguments.contains("14") { print("== 14"); try snippet14() }
if CommandLine.arguments.contains("16") { print("== 16"); try snippet16() }
if CommandLine.arguments.contains("17") { print("== 17"); try snippet17() }
if CommandLine.arguments.contains("19") { print("== 19"); try snippet19() }
if CommandLine.arguments.contains("20") { print("== 20"); try snippet20() }
if CommandLine.arguments.contains("21") { print("== 21"); try snippet21() }
}}
