# Changed by overrides.tf[1]: add /resource/aws_lb/ui/client_keep_alive
locals {
  webserver_log_group = aws_cloudwatch_log_group.core_webserver.name
}

resource "aws_lb" "ui" {
  load_balancer_type         = "application"
  internal                   = true
  ip_address_type            = "ipv4"
  security_groups            = [local.load_balancer_security_group]
  subnets                    = [local.private_subnet_1, local.private_subnet_2]
  drop_invalid_header_fields = true
  enable_deletion_protection = true
  idle_timeout               = 600

  tags = { Name = "ledger-ui" }

  client_keep_alive = 7200
}

resource "aws_lb_listener" "ui" {
  load_balancer_arn = aws_lb.ui.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.ui.arn
  }
}

resource "aws_iam_role" "core_webserver_execution" {
  name        = "ledger-eu-central-1-webserver-execution"
  path        = "/ledger/dagster/eu-central-1/ledger/service/"
  description = "Starts the Dagster webserver"

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

resource "aws_iam_role_policy" "core_webserver_execution" {
  name = "permissions"
  role = aws_iam_role.core_webserver_execution.id

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
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/ledger/webserver:log-stream:*",
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

resource "aws_lb_target_group" "ui" {
  vpc_id               = local.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = 3000
  deregistration_delay = 30

  health_check {
    path                = "/server_info"
    interval            = 30
    timeout             = 10
    healthy_threshold   = 2
    unhealthy_threshold = 3
    matcher             = "200"
  }

  tags = { Name = "ledger-ui" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "core_webserver" {
  name              = "/dagforge/ledger/webserver"
  retention_in_days = 365

  kms_key_id = local.kms_key_arn

  skip_destroy = true
}

resource "aws_iam_role" "core_webserver" {
  name        = "ledger-eu-central-1-webserver"
  path        = "/ledger/dagster/eu-central-1/ledger/service/"
  description = "Dagster webserver"

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

resource "aws_iam_role_policy" "core_webserver" {
  name = "permissions"
  role = aws_iam_role.core_webserver.id

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
        Sid    = "WatchRuns"
        Effect = "Allow"
        Action = ["ecs:DescribeTasks", "ecs:StopTask"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/ledger/*",
        ]

        Condition = { "ArnEquals" = { "ecs:cluster" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/ledger" } }
      },
      {
        Sid    = "ReadComputeLogs"
        Effect = "Allow"
        Action = ["s3:GetObject"]
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
        Action = ["kms:Decrypt"]
        Resource = [
          local.kms_key_arn,
        ]

        Condition = { "StringEquals" = { "kms:ViaService" = "s3.eu-central-1.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_ecs_task_definition" "core_webserver" {
  family                   = "ledger_core_webserver"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "1024"
  execution_role_arn       = aws_iam_role.core_webserver_execution.arn
  task_role_arn            = aws_iam_role.core_webserver.arn

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
          awslogs-group         = local.webserver_log_group
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
          awslogs-group         = local.webserver_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "grant"
          mode                  = "blocking"
        }
      }
    },
    {
      name      = "webserver"
      image     = "${local.repository_uri}:${var.gitrev}"
      essential = true

      command = [
        "dagster-webserver",
        "-h",
        "0.0.0.0",
        "-p",
        "3000",
        "-w",
        "/opt/dagster/config/workspace.yaml",
      ]

      user                   = "1000:1000"
      readonlyRootFilesystem = false
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = true }

      dependsOn = [
        { containerName = "config", condition = "SUCCESS" },
        { containerName = "grant", condition = "SUCCESS" },
      ]

      portMappings = [
        { containerPort = 3000, hostPort = 3000, protocol = "tcp" },
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

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.webserver_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "webserver"
          mode                  = "blocking"
        }
      }
    },
  ])
}

resource "aws_ecs_service" "core_webserver" {
  name            = "ledger_core_webserver"
  cluster         = local.cluster
  task_definition = aws_ecs_task_definition.core_webserver.arn
  launch_type     = "FARGATE"
  desired_count   = var.services_enabled ? 1 : 0

  availability_zone_rebalancing      = "ENABLED"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  enable_ecs_managed_tags            = true
  enable_execute_command             = true
  propagate_tags                     = "SERVICE"

  tags = { "dagforge:service" = "ledger_core_webserver" }

  health_check_grace_period_seconds = 120

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    assign_public_ip = false
    security_groups  = [local.webserver_security_group]
    subnets          = [local.private_subnet_1, local.private_subnet_2]
  }

  load_balancer {
    container_name   = "webserver"
    container_port   = 3000
    target_group_arn = aws_lb_target_group.ui.arn
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_iam_role_policy.core_webserver_execution,
    aws_iam_role_policy.core_webserver,
    aws_lb_listener.ui,
  ]
}

locals {
  ui_target_group_name  = aws_lb_target_group.ui.arn_suffix
  ui_load_balancer_name = aws_lb.ui.arn_suffix
}
