resource "aws_cloudwatch_log_group" "exec" {
  name              = "/dagforge/ledger/exec"
  retention_in_days = 365

  kms_key_id = local.kms_key_arn

  skip_destroy = true
}

resource "aws_ecs_cluster" "main" {
  name = "ledger"

  setting {
    name  = "containerInsights"
    value = "enhanced"
  }

  configuration {
    execute_command_configuration {
      logging = "OVERRIDE"

      log_configuration {
        cloud_watch_log_group_name = local.exec_log_group
      }
    }
  }
}

resource "aws_ecs_cluster_capacity_providers" "main" {
  cluster_name       = aws_ecs_cluster.main.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]

  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }
}

locals {
  cluster        = aws_ecs_cluster.main.arn
  exec_log_group = aws_cloudwatch_log_group.exec.name
}

resource "aws_service_discovery_private_dns_namespace" "main" {
  name        = "ledger.internal"
  description = "Code locations of the Dagster deployment ledger"
  vpc         = local.vpc_id
}

locals {
  namespace_id = aws_service_discovery_private_dns_namespace.main.id
}

locals {
  daemon_log_group             = aws_cloudwatch_log_group.core_daemon.name
  load_balancer_security_group = aws_security_group.load_balancer.id
  webserver_security_group     = aws_security_group.webserver.id
  daemon_security_group        = aws_security_group.daemon.id
  server_security_group        = aws_security_group.server.id
  run_security_group           = aws_security_group.run.id
}

resource "aws_security_group" "load_balancer" {
  name_prefix = "ledger-load-balancer-"
  description = "Load balancer of the Dagster UI"
  vpc_id      = local.vpc_id

  tags = { Name = "ledger-load-balancer" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "webserver" {
  name_prefix = "ledger-webserver-"
  description = "Dagster webserver"
  vpc_id      = local.vpc_id

  tags = { Name = "ledger-webserver" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "daemon" {
  name_prefix = "ledger-daemon-"
  description = "Dagster daemon"
  vpc_id      = local.vpc_id

  tags = { Name = "ledger-daemon" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "server" {
  name_prefix = "ledger-server-"
  description = "Dagster code servers"
  vpc_id      = local.vpc_id

  tags = { Name = "ledger-server" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "run" {
  name_prefix = "ledger-run-"
  description = "Dagster runs"
  vpc_id      = local.vpc_id

  tags = { Name = "ledger-run" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer_80_from_client_1" {
  security_group_id = local.load_balancer_security_group
  description       = "Browsers in 10.40.0.0/16"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80

  cidr_ipv4 = "10.40.0.0/16"
}

resource "aws_vpc_security_group_ingress_rule" "webserver_3000_from_load_balancer" {
  security_group_id = local.webserver_security_group
  description       = "UI and its health check"
  ip_protocol       = "tcp"
  from_port         = 3000
  to_port           = 3000

  referenced_security_group_id = local.load_balancer_security_group
}

resource "aws_vpc_security_group_ingress_rule" "server_4000_from_webserver" {
  security_group_id = local.server_security_group
  description       = "Definitions of the code locations"
  ip_protocol       = "tcp"
  from_port         = 4000
  to_port           = 4000

  referenced_security_group_id = local.webserver_security_group
}

resource "aws_vpc_security_group_ingress_rule" "server_4000_from_daemon" {
  security_group_id = local.server_security_group
  description       = "Definitions of the code locations"
  ip_protocol       = "tcp"
  from_port         = 4000
  to_port           = 4000

  referenced_security_group_id = local.daemon_security_group
}

resource "aws_vpc_security_group_ingress_rule" "database_from_webserver" {
  security_group_id = local.database_security_group
  description       = "Instance storage of Dagster"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432

  referenced_security_group_id = local.webserver_security_group
}

resource "aws_vpc_security_group_ingress_rule" "database_from_daemon" {
  security_group_id = local.database_security_group
  description       = "Instance storage of Dagster"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432

  referenced_security_group_id = local.daemon_security_group
}

resource "aws_vpc_security_group_ingress_rule" "database_from_server" {
  security_group_id = local.database_security_group
  description       = "Instance storage of Dagster"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432

  referenced_security_group_id = local.server_security_group
}

resource "aws_vpc_security_group_ingress_rule" "database_from_run" {
  security_group_id = local.database_security_group
  description       = "Instance storage of Dagster"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432

  referenced_security_group_id = local.run_security_group
}

resource "aws_vpc_security_group_egress_rule" "load_balancer_to_webserver_3000" {
  security_group_id = local.load_balancer_security_group
  description       = "UI and its health check"
  ip_protocol       = "tcp"

  from_port = 3000
  to_port   = 3000

  referenced_security_group_id = local.webserver_security_group
}

resource "aws_vpc_security_group_egress_rule" "webserver_to_server_4000" {
  security_group_id = local.webserver_security_group
  description       = "Definitions of the code locations"
  ip_protocol       = "tcp"

  from_port = 4000
  to_port   = 4000

  referenced_security_group_id = local.server_security_group
}

resource "aws_vpc_security_group_egress_rule" "webserver_to_anywhere" {
  security_group_id = local.webserver_security_group
  description       = "AWS APIs, images and logs"
  ip_protocol       = "tcp"

  from_port = 443
  to_port   = 443

  cidr_ipv4 = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "daemon_to_server_4000" {
  security_group_id = local.daemon_security_group
  description       = "Definitions of the code locations"
  ip_protocol       = "tcp"

  from_port = 4000
  to_port   = 4000

  referenced_security_group_id = local.server_security_group
}

resource "aws_vpc_security_group_egress_rule" "daemon_to_anywhere" {
  security_group_id = local.daemon_security_group
  description       = "AWS APIs, images and logs"
  ip_protocol       = "tcp"

  from_port = 443
  to_port   = 443

  cidr_ipv4 = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "server_to_anywhere" {
  security_group_id = local.server_security_group
  description       = "Whatever the pipelines connect to"
  ip_protocol       = "-1"

  cidr_ipv4 = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "run_to_anywhere" {
  security_group_id = local.run_security_group
  description       = "Whatever the pipelines connect to"
  ip_protocol       = "-1"

  cidr_ipv4 = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "webserver_to_database" {
  security_group_id = local.webserver_security_group
  description       = "Instance storage of Dagster"
  ip_protocol       = "tcp"

  from_port = 5432
  to_port   = 5432

  referenced_security_group_id = local.database_security_group
}

resource "aws_vpc_security_group_egress_rule" "daemon_to_database" {
  security_group_id = local.daemon_security_group
  description       = "Instance storage of Dagster"
  ip_protocol       = "tcp"

  from_port = 5432
  to_port   = 5432

  referenced_security_group_id = local.database_security_group
}

resource "aws_iam_role" "core_daemon_execution" {
  name        = "ledger-eu-central-1-daemon-execution"
  path        = "/ledger/dagster/eu-central-1/ledger/service/"
  description = "Starts the Dagster daemon"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }

          ArnLike = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:*" }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy" "core_daemon_execution" {
  name = "permissions"
  role = aws_iam_role.core_daemon_execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "SignInToRegistry"
        Effect = "Allow"
        Action = ["ecr:GetAuthorizationToken"]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "PullImages"
        Effect = "Allow"
        Action = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = [
          "arn:${local.partition}:ecr:${local.region}:${local.account_id}:repository/ledger/core",
        ]
      },
      {
        Sid    = "WriteLogs"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/ledger/daemon:log-stream:*",
        ]
      },
      {
        Sid    = "ReadSecrets"
        Effect = "Allow"
        Action = ["secretsmanager:GetSecretValue"]
        Resource = [
          local.database_secret_arn,
        ]
      },
      {
        Sid    = "UseKeyOfSecrets"
        Effect = "Allow"
        Action = ["kms:Decrypt"]
        Resource = [
          local.kms_key_arn,
        ]

        Condition = { "StringEquals" = { "kms:ViaService" = "secretsmanager.eu-central-1.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "core_daemon" {
  name              = "/dagforge/ledger/daemon"
  retention_in_days = 365

  kms_key_id = local.kms_key_arn

  skip_destroy = true
}

resource "aws_iam_role" "core_daemon" {
  name        = "ledger-eu-central-1-daemon"
  path        = "/ledger/dagster/eu-central-1/ledger/service/"
  description = "Dagster daemon"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }

          ArnLike = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:*" }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy" "core_daemon" {
  name = "permissions"
  role = aws_iam_role.core_daemon.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadConfig"
        Effect = "Allow"
        Action = ["s3:GetObjectVersion"]
        Resource = [
          "arn:${local.partition}:s3:::${local.config_bucket}/config/*",
        ]
      },
      {
        Sid    = "LaunchRuns"
        Effect = "Allow"
        Action = ["ecs:RunTask"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition/ledger_run_*:*",
        ]

        Condition = { "ArnEquals" = { "ecs:cluster" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/ledger" } }
      },
      {
        Sid    = "TagRuns"
        Effect = "Allow"
        Action = ["ecs:TagResource"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/ledger/*",
        ]

        Condition = { "StringEquals" = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Sid    = "PassRunRoles"
        Effect = "Allow"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:${local.partition}:iam::${local.account_id}:role/ledger/dagster/eu-central-1/ledger/run/*",
        ]

        Condition = { "StringEquals" = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        Sid    = "WatchRuns"
        Effect = "Allow"
        Action = ["ecs:DescribeTasks", "ecs:StopTask"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/ledger/*",
        ]

        Condition = { "ArnEquals" = { "ecs:cluster" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/ledger" } }
      },
      {
        Sid    = "ReadFailureLogs"
        Effect = "Allow"
        Action = ["logs:GetLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/ledger/run/*:log-stream:run/run/*",
        ]
      },
      {
        Sid    = "ReadRunDefinitions"
        Effect = "Allow"
        Action = ["ecs:DescribeTaskDefinition"]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "WriteComputeLogs"
        Effect = "Allow"
        Action = ["s3:GetObject", "s3:PutObject"]
        Resource = [
          "arn:${local.partition}:s3:::${local.compute_logs_bucket}/compute-logs/*",
        ]
      },
      {
        Sid    = "ListComputeLogs"
        Effect = "Allow"
        Action = ["s3:ListBucket"]
        Resource = [
          "arn:${local.partition}:s3:::${local.compute_logs_bucket}",
        ]

        Condition = { "StringLike" = { "s3:prefix" = "compute-logs/*" } }
      },
      {
        Sid    = "SignInToDatabase"
        Effect = "Allow"
        Action = ["rds-db:connect"]
        Resource = [
          "arn:${local.partition}:rds-db:${local.region}:${local.account_id}:dbuser:${local.database_resource_id}/dagster",
        ]
      },
      {
        Sid    = "ExecuteCommand"
        Effect = "Allow"
        Action = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "FindSessionLog"
        Effect = "Allow"
        Action = ["logs:DescribeLogGroups"]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "WriteSessionLog"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/ledger/exec:*",
        ]
      },
      {
        Sid    = "UseKeyOfObjects"
        Effect = "Allow"
        Action = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = [
          local.kms_key_arn,
        ]

        Condition = { "StringEquals" = { "kms:ViaService" = "s3.eu-central-1.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_ecs_task_definition" "core_daemon" {
  family                   = "ledger_core_daemon"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "1024"
  execution_role_arn       = aws_iam_role.core_daemon_execution.arn
  task_role_arn            = aws_iam_role.core_daemon.arn

  runtime_platform {
    cpu_architecture        = "X86_64"
    operating_system_family = "LINUX"
  }

  volume {
    name = "config"
  }

  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([
    {
      name      = "config"
      image     = "public.ecr.aws/aws-cli/aws-cli:2.31.23"
      essential = false

      entryPoint = ["/bin/sh", "-ec"]

      command = [
        join("\n", [
          "umask 0222",
          "cd /opt/dagster/config",
          "aws s3api get-object --bucket \"$DAGFORGE_CONFIG_BUCKET\" --key config/dagster.yaml --version-id ${local.dagster_yaml_version} dagster.yaml > /dev/null || { echo \"dagster.yaml cannot be fetched: was the config uploaded?\" >&2; exit 1; }",
          "aws s3api get-object --bucket \"$DAGFORGE_CONFIG_BUCKET\" --key config/workspace.yaml --version-id ${local.workspace_yaml_version} workspace.yaml > /dev/null || { echo \"workspace.yaml cannot be fetched: was the config uploaded?\" >&2; exit 1; }",
          "sed -i \"s|__DAGFORGE_SUBNET_1__|$${DAGFORGE_SUBNET_1:?is empty}|\" dagster.yaml",
          "sed -i \"s|__DAGFORGE_SUBNET_2__|$${DAGFORGE_SUBNET_2:?is empty}|\" dagster.yaml",
          "sed -i \"s|__DAGFORGE_SECURITY_GROUP__|$${DAGFORGE_SECURITY_GROUP:?is empty}|\" dagster.yaml",
          "left=$(sed -n '/__DAGFORGE_/p' dagster.yaml)",
          "if [ -n \"$left\" ]; then echo \"dagster.yaml has a token left: $left\" >&2; exit 1; fi\n",
        ]),
      ]

      user                   = "0:0"
      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = false }

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_CONFIG_BUCKET", value = local.config_bucket },
        { name = "DAGFORGE_SECURITY_GROUP", value = local.run_security_group },
        { name = "DAGFORGE_SUBNET_1", value = local.private_subnet_1 },
        { name = "DAGFORGE_SUBNET_2", value = local.private_subnet_2 },
      ]

      mountPoints = [
        { sourceVolume = "config", containerPath = "/opt/dagster/config", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.daemon_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "config"
          mode                  = "blocking"
        }
      }
    },
    {
      name      = "grant"
      image     = "${local.repository_uri}:${var.gitrev}"
      essential = false

      command = [
        "python",
        "-c",
        join("\n", [
          "import os, sys, time, boto3, psycopg2",
          "env = os.environ",
          "host, user, name = (env[f\"DAGSTER_POSTGRES_{it}\"] for it in (\"HOSTNAME\", \"USERNAME\", \"DB\"))",
          "port = int(env[\"DAGFORGE_DATABASE_PORT\"])",
          "def connect(password):",
          "    return psycopg2.connect(host=host, port=port, user=user, dbname=name, password=password, sslmode=\"require\")",
          "for attempt in range(10):",
          "    try:",
          "        connect(boto3.client(\"rds\").generate_db_auth_token(host, port, user)).close()",
          "        sys.exit()",
          "    except psycopg2.Error as error:",
          "        print(error)",
          "    try:",
          "        with connect(env[\"DAGFORGE_DATABASE_PASSWORD\"]) as db, db.cursor() as cursor:",
          "            cursor.execute(\"GRANT rds_iam TO CURRENT_USER\")",
          "    except psycopg2.Error as error:",
          "        print(error)",
          "    time.sleep(3)",
          "sys.exit(1)\n",
        ]),
      ]

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = true }

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGFORGE_DATABASE_PORT", value = "5432" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
      ]

      secrets = [
        { name = "DAGFORGE_DATABASE_PASSWORD", valueFrom = "${local.database_secret_arn}:password::" },
      ]

      mountPoints = [
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.daemon_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "grant"
          mode                  = "blocking"
        }
      }
    },
    {
      name      = "daemon"
      image     = "${local.repository_uri}:${var.gitrev}"
      essential = true

      command = [
        "dagster-daemon",
        "run",
        "-w",
        "/opt/dagster/config/workspace.yaml",
        "--log-format",
        "json",
      ]

      user                   = "1000:1000"
      readonlyRootFilesystem = false
      stopTimeout            = 120
      linuxParameters        = { initProcessEnabled = true }

      dependsOn = [
        { containerName = "config", condition = "SUCCESS" },
        { containerName = "grant", condition = "SUCCESS" },
      ]

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGSTER_HOME", value = "/opt/dagster/config" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
      ]

      mountPoints = [
        { sourceVolume = "config", containerPath = "/opt/dagster/config", readOnly = true },
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]

      healthCheck = {
        command     = ["CMD", "dagster-daemon", "liveness-check"]
        interval    = 60
        timeout     = 30
        retries     = 5
        startPeriod = 120
      }

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.daemon_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "daemon"
          mode                  = "blocking"
        }
      }
    },
  ])
}

resource "aws_ecs_service" "core_daemon" {
  name            = "ledger_core_daemon"
  cluster         = local.cluster
  task_definition = aws_ecs_task_definition.core_daemon.arn
  launch_type     = "FARGATE"
  desired_count   = var.services_enabled ? 1 : 0

  availability_zone_rebalancing      = "DISABLED"
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100
  enable_ecs_managed_tags            = true
  enable_execute_command             = true
  propagate_tags                     = "SERVICE"

  tags = { "dagforge:service" = "ledger_core_daemon" }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    assign_public_ip = false
    security_groups  = [local.daemon_security_group]
    subnets          = [local.private_subnet_1, local.private_subnet_2]
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_iam_role_policy.core_daemon,
    aws_iam_role_policy.core_daemon_execution,
  ]
}

resource "aws_cloudwatch_log_metric_filter" "runs_given_up" {
  name           = "runs-given-up"
  log_group_name = local.daemon_log_group
  pattern        = "?\"as failed\" ?\"seconds to start\" ?\"has exceeded maximum runtime\""

  metric_transformation {
    namespace = "Dagforge"
    name      = "ledger/given_up/failed-runs"
    value     = "1"
  }
}
