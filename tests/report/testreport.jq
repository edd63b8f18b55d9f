# SPDX-License-Identifier: Apache-2.0
# HL7 FHIR R4 (4.0.1) TestReport and Bundle: names, cardinalities, types and required codes of all elements that the
# definitions allow. Prints a line for each fault; nothing for a document that holds. "1" and "1..*" must be there.
def T: {
  TestReport: { resourceType: "1 code", id: "0 id", meta: "0 any", implicitRules: "0 uri", language: "0 code",
    text: "0 any", contained: "0..* any", extension: "0..* any", modifierExtension: "0..* any",
    identifier: "0 Identifier", name: "0 string",
    status: "1 completed|in-progress|waiting|stopped|entered-in-error", testScript: "1 Reference",
    result: "1 pass|fail|pending", score: "0 decimal", tester: "0 string", issued: "0 dateTime",
    participant: "0..* Participant", setup: "0 Setup", test: "0..* Test", teardown: "0 Setup" },
  Identifier: { use: "0 usual|official|temp|secondary|old", type: "0 any", system: "0 uri", value: "0 string",
    period: "0 any", assigner: "0 any" },
  Reference: { reference: "0 string", type: "0 uri", identifier: "0 Identifier", display: "0 string" },
  Participant: { type: "1 test-engine|client|server", uri: "1 uri", display: "0 string" },
  Setup: { action: "1..* Action" },
  Test: { name: "0 string", description: "0 string", action: "1..* Action" },
  Action: { operation: "0 Operation", assert: "0 Assert" },
  Operation: { result: "1 pass|skip|fail|warning|error", message: "0 string", detail: "0 uri" },
  Assert: { result: "1 pass|skip|fail|warning|error", message: "0 string", detail: "0 string" },
  Bundle: { resourceType: "1 code", type: "1 document|message|transaction|transaction-response|batch|batch-response|history|searchset|collection",
    timestamp: "0 instant", entry: "0..* Entry" },
  Entry: { fullUrl: "0 uri", resource: "0 TestReport" }
};
def plain: type == "string" and test("\\S") and (test("[\u0000-\u0008\u000b\u000c\u000e-\u001f]") | not);
def moment: "[0-9]{4}-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])T[0-9:]{8}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})";
def leaf($path; $t):
  if $t == "any" then empty
  elif $t == "string" then (plain | not) as $bad | select($bad) | "\($path): no string: \(.)"
  elif $t == "code" then select((type == "string" and test("^[^\\s]+( [^\\s]+)*$")) | not) | "\($path): no code"
  elif $t == "id" then select((type == "string" and test("^[A-Za-z0-9.-]{1,64}$")) | not) | "\($path): no id"
  elif $t == "uri" then select((type == "string" and test("^\\S+$")) | not) | "\($path): no uri: \(.)"
  elif $t == "decimal" then select(type != "number") | "\($path): no number"
  elif $t == "dateTime" then
    select((type == "string" and test("^" + moment + "$|^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")) | not) | "\($path): no dateTime"
  elif $t == "instant" then select((type == "string" and test("^" + moment + "$")) | not) | "\($path): no instant"
  else . as $v | select($t / "|" | index([$v]) | not) | "\($path): \($v) is none of \($t)" end;
def record($path; $name):
  def value($path; $t): if T[$t] then record($path; $t) else leaf($path; $t) end;
  if type != "object" then "\($path): no object" else
  . as $r
  | (keys[] | select(T[$name][.] | not) | "\($path).\(.): \($name) has no such element"),
    (T[$name] | to_entries[] | . as $e | ($e.value / " ") as $d | ($d[0]) as $card | ($d[1:] | join(" ")) as $t
      | if $r | has($e.key) | not then select($card | startswith("1")) | "\($path).\($e.key): missing"
        elif $card | endswith("*") then $r[$e.key] | if type != "array" or length == 0 then "\($path).\($e.key): no list"
          else to_entries[] | .key as $i | .value | value("\($path).\($e.key)[\($i)]"; $t) end
        else $r[$e.key] | value("\($path).\($e.key)"; $t) end),
    (select($name == "Action" and (has("operation") == has("assert"))) | "\($path): one of operation and assert"),
    (select($name == "Bundle") | [.entry[]?.fullUrl] | select(length != (unique | length)) | "\($path): fullUrl twice")
  end;
record(.resourceType; .resourceType)
