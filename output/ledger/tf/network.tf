# Zones that need no opt-in: an account's opt-in to another zone must not move subnets.
data "aws_availability_zones" "available" {
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  zones            = data.aws_availability_zones.available.names
  vpc_id           = aws_vpc.main.id
  private_subnet_1 = aws_subnet.private_1.id
  private_subnet_2 = aws_subnet.private_2.id
}

resource "aws_vpc" "main" {
  cidr_block           = "10.40.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = "ledger" }

  lifecycle {
    prevent_destroy = true
  }
}

# The default group stays without rules: nothing should be in it.
resource "aws_default_security_group" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id

  tags = { Name = "ledger" }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id

  tags = { Name = "ledger-public" }
}

resource "aws_route" "public_default" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}

resource "aws_subnet" "public_1" {
  vpc_id                  = aws_vpc.main.id
  availability_zone       = local.zones[0]
  cidr_block              = "10.40.192.0/20"
  map_public_ip_on_launch = false

  tags = { Name = "ledger-public-1" }
}

resource "aws_route_table_association" "public_1" {
  route_table_id = aws_route_table.public.id
  subnet_id      = aws_subnet.public_1.id
}

resource "aws_subnet" "public_2" {
  vpc_id                  = aws_vpc.main.id
  availability_zone       = local.zones[1]
  cidr_block              = "10.40.208.0/20"
  map_public_ip_on_launch = false

  tags = { Name = "ledger-public-2" }
}

resource "aws_route_table_association" "public_2" {
  route_table_id = aws_route_table.public.id
  subnet_id      = aws_subnet.public_2.id
}

resource "aws_eip" "nat_1" {
  domain = "vpc"

  tags = { Name = "ledger-nat-1" }

  depends_on = [aws_internet_gateway.main]
}

resource "aws_nat_gateway" "nat_1" {
  allocation_id = aws_eip.nat_1.allocation_id
  subnet_id     = aws_subnet.public_1.id

  tags = { Name = "ledger-nat-1" }

  depends_on = [aws_internet_gateway.main]
}

resource "aws_subnet" "private_1" {
  vpc_id                  = aws_vpc.main.id
  availability_zone       = local.zones[0]
  cidr_block              = "10.40.0.0/18"
  map_public_ip_on_launch = false

  tags = { Name = "ledger-private-1" }
}

resource "aws_route_table" "private_1" {
  vpc_id = aws_vpc.main.id

  tags = { Name = "ledger-private-1" }
}

resource "aws_route_table_association" "private_1" {
  route_table_id = aws_route_table.private_1.id
  subnet_id      = aws_subnet.private_1.id
}

resource "aws_route" "private_default_1" {
  route_table_id         = aws_route_table.private_1.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.nat_1.id
}

resource "aws_subnet" "private_2" {
  vpc_id                  = aws_vpc.main.id
  availability_zone       = local.zones[1]
  cidr_block              = "10.40.64.0/18"
  map_public_ip_on_launch = false

  tags = { Name = "ledger-private-2" }
}

resource "aws_route_table" "private_2" {
  vpc_id = aws_vpc.main.id

  tags = { Name = "ledger-private-2" }
}

resource "aws_route_table_association" "private_2" {
  route_table_id = aws_route_table.private_2.id
  subnet_id      = aws_subnet.private_2.id
}

resource "aws_route" "private_default_2" {
  route_table_id         = aws_route_table.private_2.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.nat_1.id
}

resource "aws_vpc_endpoint" "s3_gateway" {
  vpc_endpoint_type = "Gateway"
  vpc_id            = aws_vpc.main.id
  service_name      = "com.amazonaws.${local.region}.s3"

  route_table_ids = [
    aws_route_table.private_1.id,
    aws_route_table.private_2.id,
  ]

  tags = { Name = "ledger-s3" }
}

resource "aws_cloudwatch_log_group" "flow_log" {
  name              = "/dagforge/ledger/vpc-flow-logs"
  retention_in_days = 365

  kms_key_id = local.kms_key_arn

  skip_destroy = true
}

resource "aws_iam_role" "flow_log" {
  name        = "ledger-eu-central-1-flow-logs"
  path        = "/ledger/dagster/eu-central-1/ledger/service/"
  description = "Writes the VPC's flow logs"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "vpc-flow-logs.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }

          ArnLike = { "aws:SourceArn" = "arn:${local.partition}:ec2:${local.region}:${local.account_id}:vpc-flow-log/*" }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy" "flow_log" {
  name = "permissions"
  role = aws_iam_role.flow_log.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Find"
        Effect = "Allow"
        Action = ["logs:DescribeLogGroups"]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "Write"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/ledger/vpc-flow-logs:*",
        ]
      },
    ]
  })
}

resource "aws_flow_log" "main" {
  vpc_id                   = aws_vpc.main.id
  traffic_type             = "ALL"
  log_destination_type     = "cloud-watch-logs"
  log_destination          = aws_cloudwatch_log_group.flow_log.arn
  iam_role_arn             = aws_iam_role.flow_log.arn
  max_aggregation_interval = 600

  tags = { Name = "ledger" }
}
