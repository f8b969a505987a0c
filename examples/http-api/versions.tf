terraform {
  required_version = ">= 1.5"

  required_providers {
    # 6.0 gave the data source aws_region its attribute region.
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    archive = {
      source  = "hashicorp/archive"
      version = "~> 2.7"
    }
  }
}
