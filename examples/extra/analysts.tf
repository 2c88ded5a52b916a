# Analysts mount the shared file system from their own network, which is connected to the VPC.
resource "aws_vpc_security_group_ingress_rule" "file_system_from_analysts" {
  description       = "Files, for analysts"
  security_group_id = local.file_system_shared_security_group
  ip_protocol       = "tcp"
  from_port         = 2049
  to_port           = 2049
  cidr_ipv4         = "10.90.0.0/24"
}
