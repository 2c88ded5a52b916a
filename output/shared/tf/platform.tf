locals {
  daemon_log_group         = aws_cloudwatch_log_group.core_daemon.name
  webserver_security_group = aws_security_group.webserver.id
  daemon_security_group    = aws_security_group.daemon.id
  server_security_group    = aws_security_group.server.id
  run_security_group       = aws_security_group.run.id
}

resource "aws_security_group" "webserver" {
  name_prefix = "shared-webserver-"
  description = "Dagster webserver"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"

  tags = { Name = "shared-webserver" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "daemon" {
  name_prefix = "shared-daemon-"
  description = "Dagster daemon"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"

  tags = { Name = "shared-daemon" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "server" {
  name_prefix = "shared-server-"
  description = "Dagster code servers"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"

  tags = { Name = "shared-server" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "run" {
  name_prefix = "shared-run-"
  description = "Dagster runs"
  vpc_id      = "vpc-0a1b2c3d4e5f60718"

  tags = { Name = "shared-run" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "webserver_3000_from_load_balancer" {
  security_group_id = local.webserver_security_group
  description       = "UI and its health check"
  ip_protocol       = "tcp"
  from_port         = 3000
  to_port           = 3000

  referenced_security_group_id = "sg-0a1b2c3d4e5f60718"
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
  name        = "shared-us-gov-west-1-daemon-execution"
  path        = "/dagforge/us-gov-west-1/shared/service/"
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
          "arn:${local.partition}:ecr:${local.region}:${local.account_id}:repository/shared/core",
        ]
      },
      {
        Sid    = "WriteLogs"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/shared/daemon:log-stream:*",
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
    ]
  })
}

resource "aws_cloudwatch_log_group" "core_daemon" {
  name              = "/dagforge/shared/daemon"
  retention_in_days = 365

  skip_destroy = true
}

import {
  to = aws_cloudwatch_log_group.core_daemon
  id = "/dagforge/shared/daemon"
}

resource "aws_iam_role" "core_daemon" {
  name        = "shared-us-gov-west-1-daemon"
  path        = "/dagforge/us-gov-west-1/shared/service/"
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
        Sid    = "LaunchRuns"
        Effect = "Allow"
        Action = ["ecs:RunTask"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition/shared_run_*:*",
        ]

        Condition = { "ArnEquals" = { "ecs:cluster" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/tools" } }
      },
      {
        Sid    = "TagRuns"
        Effect = "Allow"
        Action = ["ecs:TagResource"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/tools/*",
        ]

        Condition = { "StringEquals" = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Sid    = "PassRunRoles"
        Effect = "Allow"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:${local.partition}:iam::${local.account_id}:role/dagforge/us-gov-west-1/shared/run/*",
        ]

        Condition = { "StringEquals" = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        Sid    = "WatchRuns"
        Effect = "Allow"
        Action = ["ecs:DescribeTasks"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/tools/*",
        ]

        Condition = { "StringEqualsIfExists" = { "aws:ResourceTag/dagforge:deployment" = "shared" } }
      },
      {
        Sid    = "StopRuns"
        Effect = "Allow"
        Action = ["ecs:StopTask"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/tools/*",
        ]

        Condition = { "StringEquals" = { "aws:ResourceTag/dagforge:deployment" = "shared" } }
      },
      {
        Sid    = "ReadFailureLogs"
        Effect = "Allow"
        Action = ["logs:GetLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/shared/run/*:log-stream:run/run/*",
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
    ]
  })
}

resource "aws_ecs_task_definition" "core_daemon" {
  family                   = "shared_core_daemon"
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
      image     = "${local.repository_uri}:${var.gitrev}"
      essential = false

      entryPoint = ["/bin/sh", "-ec"]

      command = [
        join("\n", [
          "umask 0222",
          "cd /opt/dagster/config",
          "printf '%s\\n' \"$${DAGFORGE_DAGSTER_YAML:?is empty}\" > dagster.yaml",
          "printf '%s\\n' \"$${DAGFORGE_WORKSPACE_YAML:?is empty}\" > workspace.yaml",
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
        { name = "DAGFORGE_DAGSTER_YAML", value = join("\n", [
          "# Rendered by dagforge. The init container fills the tokens; edits here are lost.",
          "",
          "storage:",
          "  postgres:",
          "    postgres_db:",
          "      # dagster-postgres brings psycopg2; newer SQLAlchemy would look for psycopg 3.",
          "      scheme: postgresql+psycopg2",
          "      hostname: {env: DAGSTER_POSTGRES_HOSTNAME}",
          "      username: {env: DAGSTER_POSTGRES_USERNAME}",
          "      password: {env: DAGSTER_POSTGRES_PASSWORD}",
          "      db_name: {env: DAGSTER_POSTGRES_DB}",
          "      port: 5432",
          "",
          "# What steps hand to each other without an IO manager of their own: it lasts as long as the task.",
          "local_artifact_storage:",
          "  module: dagster.core.storage.root",
          "  class: LocalArtifactStorage",
          "  config:",
          "    base_dir: \"/tmp/dagster\"",
          "",
          "run_coordinator:",
          "  module: dagster.core.run_coordinator",
          "  class: QueuedRunCoordinator",
          "",
          "# Each code location brings its own rendered task definition, so the launcher registers none",
          "# and passes no environment and no secrets.",
          "run_launcher:",
          "  module: dagster_aws.ecs",
          "  class: EcsRunLauncher",
          "  config:",
          "    container_name: \"run\"",
          "    secrets_tag: null",
          "    use_current_ecs_task_config: false",
          "    run_ecs_tags:",
          "      - {key: \"dagforge:deployment\", value: \"shared\"}",
          "    run_task_kwargs:",
          "      cluster: \"tools\"",
          "      launchType: \"FARGATE\"",
          "      networkConfiguration:",
          "        awsvpcConfiguration:",
          "          subnets:",
          "            - \"__DAGFORGE_SUBNET_1__\"",
          "            - \"__DAGFORGE_SUBNET_2__\"",
          "          securityGroups:",
          "            - \"__DAGFORGE_SECURITY_GROUP__\"",
          "          assignPublicIp: DISABLED",
          "      enableECSManagedTags: true",
          "",
          "compute_logs:",
          "  module: dagster_aws.s3.compute_log_manager",
          "  class: S3ComputeLogManager",
          "  config:",
          "    bucket: {env: DAGFORGE_COMPUTE_LOGS_BUCKET}",
          "    prefix: \"compute-logs\"",
          "    region: \"us-gov-west-1\"",
          "    upload_interval: 30",
          "    skip_empty_files: true",
          "",
          "run_monitoring:",
          "  enabled: true",
          "  start_timeout_seconds: 600",
          "  cancel_timeout_seconds: 180",
          "  max_resume_run_attempts: 0",
          "  poll_interval_seconds: 60",
          "",
          "run_retries:",
          "  enabled: true",
          "  max_retries: 0",
          "  retry_on_asset_or_op_failure: false",
          "",
          "concurrency:",
          "  runs:",
          "    max_concurrent_runs: 25",
          "  pools:",
          "    granularity: \"run\"",
          "",
          "retention:",
          "  schedule:",
          "    purge_after_days:",
          "      skipped: 7",
          "      failure: 30",
          "      success: -1",
          "      started: -1",
          "  sensor:",
          "    purge_after_days:",
          "      skipped: 7",
          "      failure: 30",
          "      success: -1",
          "      started: -1",
          "",
          "schedules:",
          "  use_threads: true",
          "  num_workers: 4",
          "",
          "sensors:",
          "  use_threads: true",
          "  num_workers: 4",
          "",
          "telemetry:",
          "  enabled: false",
        ]) },
        { name = "DAGFORGE_SECURITY_GROUP", value = local.run_security_group },
        { name = "DAGFORGE_SUBNET_1", value = "subnet-0a1b2c3d4e5f60711" },
        { name = "DAGFORGE_SUBNET_2", value = "subnet-0a1b2c3d4e5f60712" },
        { name = "DAGFORGE_WORKSPACE_YAML", value = join("\n", [
          "# Rendered by dagforge: every code location, and who loads it.",
          "",
          "load_from:",
          "  - grpc_server:",
          "      location_name: \"sales\"",
          "      host: \"shared-sales.tools.internal\"",
          "      port: 4000",
        ]) },
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
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
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
      readonlyRootFilesystem = true
      stopTimeout            = 120
      linuxParameters        = { initProcessEnabled = true }

      dependsOn = [
        { containerName = "config", condition = "SUCCESS" },
      ]

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "us-gov-west-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGSTER_HOME", value = "/opt/dagster/config" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
      ]

      secrets = [
        { name = "DAGSTER_POSTGRES_PASSWORD", valueFrom = "${local.database_secret_arn}:password::" },
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
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
  ])
}

resource "aws_ecs_service" "core_daemon" {
  name            = "shared_core_daemon"
  cluster         = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/tools"
  task_definition = aws_ecs_task_definition.core_daemon.arn
  launch_type     = "FARGATE"
  desired_count   = var.services_enabled ? 1 : 0

  availability_zone_rebalancing      = "DISABLED"
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100
  enable_ecs_managed_tags            = true
  enable_execute_command             = false
  propagate_tags                     = "SERVICE"

  tags = { "dagforge:service" = "shared_core_daemon" }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    assign_public_ip = false
    security_groups  = [local.daemon_security_group]
    subnets          = ["subnet-0a1b2c3d4e5f60711", "subnet-0a1b2c3d4e5f60712"]
  }

  depends_on = [
    aws_iam_role_policy.core_daemon,
    aws_iam_role_policy.core_daemon_execution,
  ]
}
