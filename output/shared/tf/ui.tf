locals {
  webserver_log_group = aws_cloudwatch_log_group.core_webserver.name
}

resource "aws_iam_role" "core_webserver_execution" {
  name        = "shared-us-gov-west-1-webserver-execution"
  path        = "/dagforge/us-gov-west-1/shared/service/"
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
          "arn:${local.partition}:ecr:${local.region}:${local.account_id}:repository/shared/core",
        ]
      },
      {
        Sid    = "WriteLogs"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/shared/webserver:log-stream:*",
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

resource "aws_lb_target_group" "ui" {
  vpc_id               = "vpc-0a1b2c3d4e5f60718"
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = 3000
  deregistration_delay = 30

  health_check {
    path                = "/dagster/server_info"
    interval            = 30
    timeout             = 10
    healthy_threshold   = 2
    unhealthy_threshold = 3
    matcher             = "200"
  }

  tags = { Name = "shared-ui" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener_rule" "ui" {
  listener_arn = "arn:aws-us-gov:elasticloadbalancing:us-gov-west-1:123456789012:listener/app/tools/0a1b2c3d4e5f6071/8293a4b5c6d7e8f9"
  priority     = 100

  condition {
    host_header {
      values = ["tools.example.com"]
    }
  }

  condition {
    path_pattern {
      values = ["/dagster", "/dagster/*"]
    }
  }

  action {
    type  = "authenticate-cognito"
    order = 1

    authenticate_cognito {
      user_pool_arn              = "arn:aws-us-gov:cognito-idp:us-gov-west-1:123456789012:userpool/us-gov-west-1_AbCdEfGhI"
      user_pool_client_id        = "1h57kf5cpq17m0eml12EXAMPLE"
      user_pool_domain           = "example-tools"
      on_unauthenticated_request = "authenticate"
      scope                      = "openid"
      session_timeout            = 43200
    }
  }

  action {
    type             = "forward"
    order            = 2
    target_group_arn = aws_lb_target_group.ui.arn
  }
}

resource "aws_cloudwatch_log_group" "core_webserver" {
  name              = "/dagforge/shared/webserver"
  retention_in_days = 365

  skip_destroy = true
}

resource "aws_iam_role" "core_webserver" {
  name        = "shared-us-gov-west-1-webserver"
  path        = "/dagforge/us-gov-west-1/shared/service/"
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
    ]
  })
}

resource "aws_ecs_task_definition" "core_webserver" {
  family                   = "shared_core_webserver"
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
          awslogs-group         = local.webserver_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "config"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
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
        "-l",
        "/dagster",
      ]

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = true }

      dependsOn = [
        { containerName = "config", condition = "SUCCESS" },
      ]

      portMappings = [
        { containerPort = 3000, hostPort = 3000, protocol = "tcp" },
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

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.webserver_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "webserver"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
  ])
}

resource "aws_ecs_service" "core_webserver" {
  name            = "shared_core_webserver"
  cluster         = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/tools"
  task_definition = aws_ecs_task_definition.core_webserver.arn
  launch_type     = "FARGATE"
  desired_count   = var.services_enabled ? 1 : 0

  availability_zone_rebalancing      = "ENABLED"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  enable_ecs_managed_tags            = true
  enable_execute_command             = false
  propagate_tags                     = "SERVICE"

  tags = { "dagforge:service" = "shared_core_webserver" }

  health_check_grace_period_seconds = 120

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    assign_public_ip = false
    security_groups  = [local.webserver_security_group]
    subnets          = ["subnet-0a1b2c3d4e5f60711", "subnet-0a1b2c3d4e5f60712"]
  }

  load_balancer {
    container_name   = "webserver"
    container_port   = 3000
    target_group_arn = aws_lb_target_group.ui.arn
  }

  depends_on = [
    aws_iam_role_policy.core_webserver_execution,
    aws_iam_role_policy.core_webserver,
    aws_lb_listener_rule.ui,
  ]
}

locals {
  ui_target_group_name = aws_lb_target_group.ui.arn_suffix
}
