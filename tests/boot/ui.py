"""Dagster's UI as its users' browsers see it: GraphQL over HTTP."""

import json
import urllib.error
import urllib.request

from boot.ecs.clock import allowed

LAUNCH = """mutation($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename
  ... on LaunchRunSuccess { run { runId } } ... on PythonError { message stack } ... on RunConfigValidationInvalid
  { errors { message } } ... on PipelineNotFoundError { message } ... on UnauthorizedError { message } } }"""
LOCATIONS = """{ workspaceOrError { __typename ... on Workspace { locationEntries { name loadStatus
  locationOrLoadError { __typename ... on RepositoryLocation { repositories { name jobs { name } } }
  ... on PythonError { message } } } } ... on PythonError { message } } }"""
RUN = """query($id: ID!) { runOrError(runId: $id) { __typename ... on Run { status tags { key value }
  stats { ... on RunStatsSnapshot { startTime } } } } }"""
EVENTS = """query($id: ID!) { logsForRun(runId: $id) { ... on EventConnection { events { __typename
  ... on MessageEvent { message eventType } ... on LogsCapturedEvent { fileKey } ... on RunFailureEvent
  { error { message } } ... on ExecutionStepFailureEvent { error { message cause { message } } } } } } }"""
CAPTURED = """query($key: [String!]!) { capturedLogs(logKey: $key) { stdout stderr } }"""
TERMINATE = """mutation($id: String!) { terminateRun(runId: $id) { __typename ... on TerminateRunFailure { message }
  ... on PythonError { message } } }"""
SCHEDULE = """mutation($s: ScheduleSelector!) { startSchedule(scheduleSelector: $s) { __typename
  ... on PythonError { message } } }"""
SENSOR = """mutation($s: SensorSelector!) { startSensor(sensorSelector: $s) { __typename
  ... on PythonError { message } } }"""
TICK_LOGS = """query($s: InstigationSelector!) { instigationStateOrError(instigationSelector: $s) {
  ... on InstigationState { ticks(limit: 5) { logEvents { events { message } } } } } }"""
TICKS = """query($s: InstigationSelector!) { instigationStateOrError(instigationSelector: $s) { __typename
  ... on InstigationState { ticks(limit: 5) { status skipReason error { message } } } } }"""
IMAGES = """{ workspaceOrError { ... on Workspace { locationEntries { name displayMetadata { key value } } } } }"""
DAEMONS = """{ instance { daemonHealth { allDaemonStatuses { daemonType required healthy lastHeartbeatErrors { message } } } } }"""


class Ui:
    """`address` gives the host and port to talk to, as a load balancer would choose it."""

    def __init__(self, address):
        self.address = address

    def ask(self, query, **variables):
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"http://{self.address()}/graphql", data=body, headers={"content-type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=allowed(60)) as answer:
                found = json.load(answer)
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()[:2000]) from error
        if "errors" in found:
            raise RuntimeError(json.dumps(found["errors"])[:2000])
        return found["data"]

    def locations(self):
        """Location to its load result."""
        found = self.ask(LOCATIONS)["workspaceOrError"]
        return {entry["name"]: entry["locationOrLoadError"] for entry in found.get("locationEntries", [])}

    def _repository(self, location):
        return {"repositoryName": "__repository__", "repositoryLocationName": location}

    def launch(self, location, job):
        selector = {**self._repository(location), "pipelineName": job}
        found = self.ask(LAUNCH, p={"selector": selector, "mode": "default", "runConfigData": "{}"})["launchRun"]
        if found["__typename"] != "LaunchRunSuccess":
            raise RuntimeError(json.dumps(found)[:3000])
        return found["run"]["runId"]

    def run(self, number):
        return self.ask(RUN, id=number)["runOrError"]

    def status(self, number):
        return self.run(number)["status"]

    def tag(self, number, key):
        return {tag["key"]: tag["value"] for tag in self.run(number)["tags"]}.get(key)

    def events(self, number):
        return self.ask(EVENTS, id=number)["logsForRun"]["events"]

    def captured(self, number):
        """Standard output and error of the run's first captured step, as the UI shows them."""
        key = next(event["fileKey"] for event in self.events(number) if event["__typename"] == "LogsCapturedEvent")
        return self.ask(CAPTURED, key=[number, "compute_logs", key])["capturedLogs"]

    def terminate(self, number):
        return self.ask(TERMINATE, id=number)["terminateRun"]

    def start_schedule(self, location, name):
        return self.ask(SCHEDULE, s={**self._repository(location), "scheduleName": name})["startSchedule"]

    def start_sensor(self, location, name):
        return self.ask(SENSOR, s={**self._repository(location), "sensorName": name})["startSensor"]

    def ticks(self, location, name):
        found = self.ask(TICKS, s={**self._repository(location), "name": name})["instigationStateOrError"]
        return found.get("ticks", [])

    def tick_logs(self, location, name):
        """What a sensor or schedule logged in its last ticks."""
        found = self.ask(TICK_LOGS, s={**self._repository(location), "name": name})["instigationStateOrError"]
        return [event["message"] for tick in found["ticks"] for event in tick["logEvents"]["events"]]

    def image(self, location):
        """The image that a location's server says it runs, and that its runs will use."""
        entries = self.ask(IMAGES)["workspaceOrError"]["locationEntries"]
        metadata = next(entry["displayMetadata"] for entry in entries if entry["name"] == location)
        return {item["key"]: item["value"] for item in metadata}.get("image", "")

    def daemons(self):
        return self.ask(DAEMONS)["instance"]["daemonHealth"]["allDaemonStatuses"]
