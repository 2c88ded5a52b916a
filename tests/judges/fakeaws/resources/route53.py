"""DNS records, hosted zones and certificates."""

from fakeaws.errors import Invalid
from fakeaws.resources.base import Handler, Table, diff, handles


def _record_set(p):
    outside = ("HostedZoneId", "HostedZoneName", "Comment")
    record = {key: value for key, value in p.items() if key not in outside}
    if "ResourceRecords" in record:
        record["ResourceRecords"] = [{"Value": value} for value in record["ResourceRecords"]]
    if "AliasTarget" in record:
        record["AliasTarget"] = {"EvaluateTargetHealth": False, **record["AliasTarget"]}
    return record


@handles("AWS::Route53::RecordSet")
class RecordSet(Handler):
    def _change(self, aws, action, p):
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": _record_set(p)}]}
        aws.call("route53", "change_resource_record_sets", {"ChangeBatch": batch}, HostedZoneId=p["HostedZoneId"])

    def create(self, aws, p):
        self._change(aws, "CREATE", p)
        return p["Name"]

    def update(self, aws, physical, old, new):
        if "Type" in diff(old, new):
            self._change(aws, "DELETE", old)
        self._change(aws, "UPSERT", new)

    def delete(self, aws, physical, p):
        self._change(aws, "DELETE", p)


@handles("AWS::Route53::HostedZone")
class HostedZone(Handler):
    def create(self, aws, p):
        made = aws.call("route53", "create_hosted_zone", {"Name": p["Name"]}, CallerReference=p["Name"])
        return made["HostedZone"]["Id"].split("/")[-1]

    def delete(self, aws, physical, p):
        aws.client("route53").delete_hosted_zone(Id=physical)

    def attributes(self, aws, physical, p):
        return {"Id": physical}


@handles("AWS::CertificateManager::Certificate")
class Certificate(Table):
    service, key, tag_arn = "acm", "CertificateArn", "@"
    apart = frozenset({"DomainValidationOptions", "CertificateTransparencyLoggingPreference"})
    create_call, made, describe_call, delete_call = "request_certificate", "CertificateArn", "describe_certificate", "delete_certificate"
    shown = "Certificate"
    reads = {"CertificateArn": "@"}

    def create(self, aws, p):
        zones = {option["DomainName"] for option in p.get("DomainValidationOptions", []) if "HostedZoneId" in option}
        names = {p["DomainName"], *p.get("SubjectAlternativeNames", [])}
        if p.get("ValidationMethod") != "DNS" or names - zones:
            raise Invalid(f"nobody would validate {sorted(names - zones)}: the stack would wait for ever")
        return super().create(aws, p)

    def arguments(self, p):
        plain = {key: value for key, value in super().arguments(p).items()}
        logging = p.get("CertificateTransparencyLoggingPreference")
        return plain | ({"Options": {"CertificateTransparencyLoggingPreference": logging}} if logging else {})

    def check_kept(self, aws, described, p):
        # ACM lists the primary name among the alternatives.
        super().check_kept(aws, described, {key: value for key, value in p.items() if key != "SubjectAlternativeNames"})
